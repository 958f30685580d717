"""What every test starts from: one thread, a fixed seed, English, and a clean doctest namespace."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: results differ with two threads

import pytest
import torch

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def fixed_seed():
    """Start every test from the same random state."""
    torch.manual_seed(0)

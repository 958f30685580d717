"""How runs round on this machine: elsewhere, numbers may differ in their last digits."""

import subprocess
import sys
from functools import cache

from book.running.kernel import environment

__all__ = ["rounding"]

_SCRIPT = """
import hashlib

import numpy as np
import torch

digest = hashlib.sha256()
generator = torch.Generator().manual_seed(0)
for dtype in (torch.float32, torch.float64):
    random = lambda *shape: torch.randn(shape, generator=generator, dtype=dtype)
    for rows, inner, columns in ((16, 784, 100), (64, 100, 10), (37, 37, 37), (1000, 1000, 200)):
        a, b = random(rows, inner) / inner, random(inner, columns)
        product = a @ b
        digest.update(product.numpy().tobytes())
        digest.update(torch.baddbmm(product[None], a[None], b[None]).numpy().tobytes())
        for loop in (torch.exp, torch.tanh, torch.sum, torch.norm, torch.var):
            digest.update(loop(product).numpy().tobytes())
        for loop in (torch.sum, torch.log_softmax, torch.mean):
            digest.update(loop(product, 1).numpy().tobytes())
        by_numpy = a.numpy() @ b.numpy()
        digest.update(by_numpy.tobytes())
        for loop in (np.exp, np.tanh, np.cos, np.sum):
            digest.update(loop(by_numpy).tobytes())
    digest.update(torch.linalg.svdvals(random(30, 20)).numpy().tobytes())
    digest.update(torch.conv2d(random(64, 8, 28, 28), random(16, 8, 3, 3)).numpy().tobytes())
print(digest.hexdigest()[:16])
"""


@cache
def rounding() -> str:
    """Return a digest of what some calculations give in a kernel's environment, to the last bit."""
    run = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        env=environment("."),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return run.stdout.strip()

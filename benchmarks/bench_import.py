"""How long the package takes to import, against torch, which every notebook imports anyway."""

import statistics
import subprocess
import sys
from typing import Any

GOAL = 5

_CODE = """
import gc, time
began = time.perf_counter()
import torch
peer = time.perf_counter() - began
import matplotlib.figure, matplotlib.ticker, numpy
gc.collect()  # or a collection of torch's own garbage, 0.1 s, would count as ours
began = time.perf_counter()
import helpers
from helpers import averages, data, display, exercises, explore, language
from helpers import optimizers, problems, schedules, simulate
from helpers.figures import adam, bias, canvas, ewma
print(peer / (time.perf_counter() - began))
"""


def measure(repeats: int = 5) -> list[dict[str, Any]]:
    """Import everything in fresh processes, and return the median ratio."""
    command = [sys.executable, "-c", _CODE]
    ratios = [
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for _ in range(repeats)
    ]
    name = "import helpers beyond numpy and matplotlib"
    return [
        {"name": name, "peer": "import torch", "ratio": statistics.median(ratios), "goal": GOAL}
    ]

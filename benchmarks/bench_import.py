"""How long the package takes to import beyond the three libraries that a notebook has anyway."""

import statistics
import subprocess
import sys
from typing import Any

BUDGET = 0.1
"""Seconds."""

_CODE = """
import gc, time
import matplotlib.figure, matplotlib.ticker, numpy, torch
gc.collect()  # torch's own garbage: 0.1 s that would fall to whoever comes next
began = time.perf_counter()
import helpers
from helpers import averages, data, display, exercises, explore, language
from helpers import optimizers, problems, schedules, simulate
from helpers.figures import adam, bias, canvas, ewma
print(time.perf_counter() - began)
"""


def measure(repeats: int = 5) -> list[dict[str, Any]]:
    """Import everything in fresh processes; the entry's ratio is the budget over the median."""
    seconds = []
    for _ in range(repeats):
        run = subprocess.run(
            [sys.executable, "-c", _CODE], capture_output=True, text=True, check=True
        )
        seconds.append(float(run.stdout))
    return [
        {
            "name": "import helpers and its modules",
            "peer": f"{BUDGET} s beyond torch, numpy, matplotlib",
            "ratio": BUDGET / statistics.median(seconds),
            "goal": 1,
        }
    ]

"""What Ctrl-C does to the processes that a build has started."""

import signal
import time
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import psutil

__all__ = ["end_on_interrupt", "stop"]


def stop(pool: ThreadPoolExecutor, runs: Collection[Future[Any]]) -> None:
    """Start no further run, and kill the kernels of the others, which Ctrl-C does not reach."""
    pool.shutdown(wait=False, cancel_futures=True)
    while not all(run.done() for run in runs):
        for kernel in psutil.Process().children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                kernel.kill()
        time.sleep(0.1)


def end_on_interrupt() -> None:
    """Have the worker of a process pool end at Ctrl-C without a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)

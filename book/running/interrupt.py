"""What Ctrl-C does to a build: all that it has started ends at once."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType

import psutil

__all__ = ["StoppablePool", "end_on_interrupt"]


class StoppablePool(ThreadPoolExecutor):
    """Threads that wait for processes, which are killed where the ``with`` block raises.

    A kernel has a process group of its own, which Ctrl-C does not reach.
    """

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        """Wait for all threads, but after an error start nothing more."""
        if kind is not None:
            self.shutdown(wait=False, cancel_futures=True)
            while any(thread.is_alive() for thread in self._threads):
                for process in psutil.Process().children(recursive=True):
                    with suppress(psutil.NoSuchProcess):
                        process.kill()
                time.sleep(0.1)
        return super().__exit__(kind, error, traceback)


def end_on_interrupt() -> None:
    """Have the worker of a process pool end at Ctrl-C, and print nothing."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)

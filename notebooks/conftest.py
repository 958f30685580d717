"""What the kernels of nbval start from."""

import contextlib
import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as they were written; and two threads each crawl

if sys.platform == "linux" and "PYTEST_XDIST_WORKER" in os.environ:
    # Each worker runs many notebooks; kernels that are copies start sooner.
    with contextlib.suppress(ImportError):  # not without the checkout
        import nbval.kernel

        from book.kernels import WarmBlockingKernelManager

        nbval.kernel.KernelManager = WarmBlockingKernelManager

"""What the kernels of nbval start from."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as they were written; and two threads each crawl

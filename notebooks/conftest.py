"""Settings of the kernels that nbval starts."""

import os

# As they were written; and with two threads small tensors train several times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

"""From a scanned file to what stands on its pages."""

import os

# NumPy's matrix products are small here, and its library's threads wait for each other by running in circles: the digit reader
# took ten times as long with two of them. The library asks but once, when it is loaded; processes started from here inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

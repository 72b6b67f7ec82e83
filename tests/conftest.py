"""Tests run with one thread, unless OMP_NUM_THREADS says otherwise: small tensors gain nothing from more."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

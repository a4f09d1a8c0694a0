"""What the analysis core achieves, measured: `python -m bench` writes `bench/RESULTS.md` and `bench/results.json`."""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ[_name] = "1"  # before the libraries are loaded that read them

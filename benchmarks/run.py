"""Runs every benchmark beside its peer and prints medians and ratios: `make bench`."""

from __future__ import annotations

import runpy
from pathlib import Path

for bench in sorted(Path(__file__).parent.glob("*/bench.py")):
    print(f"== {bench.parent.name}", flush=True)
    runpy.run_path(str(bench), run_name="__main__")

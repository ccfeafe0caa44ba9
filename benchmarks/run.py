"""Runs the benchmarks beside their peers and prints medians and ratios: `make bench`.

What is not an option of this script goes to each benchmark that is run:
`python benchmarks/run.py compose --only warm --rounds 5`.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
from pathlib import Path

BENCHES = {path.parent.name: path for path in sorted(Path(__file__).parent.glob("*/bench.py"))}

_OWN = ("--list", "-h", "--help")


def main() -> int:
    """Run the chosen benchmarks one after the other; 1 where one of them failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bench", nargs="*", help=f"which: {', '.join(BENCHES)} (default: all)")
    parser.add_argument("--list", action="store_true", help="only name them")
    words = sys.argv[1:]
    # The words after another's option are that one's: they are no names.
    own = list(itertools.takewhile(lambda word: not word.startswith("-"), words))
    if not own and words and words[0] in _OWN:
        own = words[:1]
    options, passed_on = parser.parse_args(own), words[len(own) :]
    unknown = [name for name in options.bench if name not in BENCHES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHES)}")
    if options.list:
        print("\n".join(BENCHES))
        return 0
    failed = 0
    for name in options.bench or BENCHES:
        print(f"== {name}", flush=True)
        failed |= subprocess.run([sys.executable, str(BENCHES[name]), *passed_on]).returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

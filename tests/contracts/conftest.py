"""The TypeScript judge of JSON Schemas, as one child process for all tests."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Judge = Callable[[dict[str, Any], Any], Any]


@pytest.fixture(scope="session")
def browser_judge() -> Iterator[Judge]:
    """Return a function that tells what the page would say of a value: True, False or an error."""
    script = Path(__file__).with_name("judge.mjs")
    with subprocess.Popen(
        ["node", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None

        def judge(schema: dict[str, Any], value: Any) -> Any:
            stdin.write(json.dumps({"schema": schema, "value": value}) + "\n")
            stdin.flush()
            return json.loads(stdout.readline())

        yield judge
        stdin.close()

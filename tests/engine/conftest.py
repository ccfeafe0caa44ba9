"""Engines that are closed and leave nothing behind, and jobs for them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tiny_client.engine import EngineSettings, create_engine
from tiny_client.records import Engine, RenderJob, Script
from tiny_client.testing import no_leaks

RUNTIME = """
tinyFrontendExports.test = {
  modules: { greeting: { hello: "Hello" }, "greeting/deep": 0 },
  render(component, props, options) { return component(props, options); },
};
"""


@pytest.fixture(autouse=True)
def _no_leaks() -> Iterator[None]:
    with no_leaks():
        yield


@pytest.fixture
def make_script() -> Callable[..., Script]:
    def make_script(source: str, name: str = "bundle.js") -> Script:
        return Script(hashlib.sha256(source.encode()).hexdigest(), name, source)

    return make_script


@pytest.fixture
def make_job(make_script: Callable[..., Script]) -> Callable[..., RenderJob]:
    def make_job(source: str, props_json: str = "{}", **fields: Any) -> RenderJob:
        fields.setdefault("fragment", "Cart")
        fields.setdefault("runtime", make_script(RUNTIME, "runtime.js"))
        return RenderJob(release="r1", bundle=make_script(source), props_json=props_json, **fields)

    return make_job


@pytest.fixture
def make_engine(_no_leaks: None) -> Iterator[Callable[..., Engine]]:
    engines: list[Engine] = []

    def make_engine(**settings: Any) -> Engine:
        settings.setdefault("workers", 2)
        # Generous: the machine that runs the tests may be busy. What must time out says so.
        settings.setdefault("first_render_timeout", 20.0)
        settings.setdefault("render_timeout", 10.0)
        settings.setdefault("start_timeout", 60.0)
        settings.setdefault("queue_timeout", 60.0)
        engine = create_engine(EngineSettings(**settings))
        engines.append(engine)
        return engine

    yield make_engine
    for engine in engines:
        engine.close()


@pytest.fixture(params=["workers", "in-process"])
def engine(request: pytest.FixtureRequest, make_engine: Callable[..., Engine]) -> Engine:
    return make_engine(mode=request.param)


@pytest.fixture
def render(engine: Engine, make_job: Callable[..., RenderJob]) -> Callable[..., str]:
    """Render one source with either engine."""

    def render(source: str, props_json: str = "{}", **fields: Any) -> str:
        return engine.render(make_job(source, props_json, **fields), timeout=60)

    return render


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


@pytest.fixture
def zygotes_of() -> Callable[[int], list[int]]:
    """Return the process ids of the zygotes of a process."""

    def zygotes_of(pid: int) -> list[int]:
        return [
            child
            for child in _children(pid)
            if b"tiny_client.engine" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]

    return zygotes_of


@pytest.fixture
def workers_of(zygotes_of: Callable[[int], list[int]]) -> Callable[[int], list[int]]:
    """Return the process ids of the workers of a process."""

    def workers_of(pid: int) -> list[int]:
        return [worker for zygote in zygotes_of(pid) for worker in _children(zygote)]

    return workers_of

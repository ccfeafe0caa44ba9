"""The limits of the JavaScript engine."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import Literal

from tiny_client.errors import ConfigurationError

__all__ = ["EngineSettings"]

_MIB = 1024 * 1024
_MOST_DEFAULT_WORKERS = 4


def _default_workers() -> int:
    return max(1, min(os.cpu_count() or 1, _MOST_DEFAULT_WORKERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """Every limit of the engine, with its unit; raises ConfigurationError for one that cannot work.

    - `mode`: "workers" evaluates bundles in worker processes that may be killed; "in-process"
      evaluates them in the host's own process, for bundles that you trust and where there is no
      fork. There, code that V8 cannot interrupt blocks its thread, and a bundle that exhausts
      memory ends the host.
    - `workers`: how many renders run at once (default: the processors, 1 to 4).
    - `render_timeout`: seconds for one render in a context that has rendered before.
    - `first_render_timeout`: seconds for one that has yet to load the runtime and the bundle; once
      they are loaded, twice `render_timeout` is left for rendering.
    - `start_timeout`: seconds for a worker process to start.
    - `queue_timeout`: seconds that a render waits for a free worker, within its own budget.
    - `queue_size`: renders that wait for a free worker, half of them for one fragment; one more
      fails at once.
    - `fragment_workers`: how many workers one fragment may have while others wait for one; 0 is
      half of them.
    - `heap_bytes`: V8's heap for one context.
    - `data_bytes`: all memory that one worker may write over what V8 reserves (RLIMIT_DATA,
      Linux); array buffers count here and not in the heap.
    - `max_output_bytes`: HTML of one render, as UTF-8.
    - `max_contexts_per_worker`: the least recently used goes first.
    - `max_contexts_per_fragment`: of those, for the releases of one fragment: a page shows one, so
      those of releases that were replaced do not stay for long.
    - `idle_context_seconds`: a context that has not rendered for so long is given up.
    - `superseded_after_renders`: once a release has rendered so often while an older one of the
      same fragment did not, the older one's context is given up.
    - `max_renders_per_worker`: then a new process takes its place.
    - `max_worker_bytes`: a worker that has grown by more, and does not shrink by collecting
      garbage, is replaced between two renders (Linux).
    - `idle_worker_seconds`: a worker that has had nothing to do for so long ends.
    - `quarantine_after`: after so many failures in a row that cost a worker or the loading of the
      bundle, the bundle is left alone for a while, and its last error raised at once.
    - `quarantine_seconds`: the first such pause; it doubles up to thirty times its length.
    - `python`: the interpreter for the workers where `sys.executable` is none (an embedding
      server), or None.
    """

    mode: Literal["workers", "in-process"] = "workers"
    workers: int = 0
    render_timeout: float = 0.25
    first_render_timeout: float = 2.0
    start_timeout: float = 10.0
    queue_timeout: float = 2.0
    queue_size: int = 256
    fragment_workers: int = 0
    heap_bytes: int = 128 * _MIB
    data_bytes: int = 512 * _MIB
    max_output_bytes: int = 4 * _MIB
    max_contexts_per_worker: int = 64
    max_contexts_per_fragment: int = 4
    idle_context_seconds: float = 300.0
    superseded_after_renders: int = 50
    max_renders_per_worker: int = 1_000_000
    max_worker_bytes: int = 512 * _MIB
    idle_worker_seconds: float = 600.0
    quarantine_after: int = 3
    quarantine_seconds: float = 1.0
    python: str | None = None

    def __post_init__(self) -> None:
        if self.mode not in ("workers", "in-process"):
            raise ConfigurationError(
                f'EngineSettings.mode is {self.mode!r}; use "workers" or "in-process".'
            )
        if self.workers == 0:
            object.__setattr__(self, "workers", _default_workers())
        if self.fragment_workers == 0:
            object.__setattr__(self, "fragment_workers", max(1, self.workers // 2))
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int | float) and not value > 0:
                raise ConfigurationError(
                    f"EngineSettings.{field.name} is {value!r}; it must be greater than 0."
                )

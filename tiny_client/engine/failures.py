"""Turns what went wrong in a context or a worker into the errors of this package."""

from __future__ import annotations

import os
import signal
from typing import NoReturn

from tiny_client.engine.messages import Failure
from tiny_client.engine.orders import EXIT_OUT_OF_MEMORY
from tiny_client.errors import (
    BundleError,
    ComponentError,
    InvalidOutput,
    MemoryLimitExceeded,
    MissingDependency,
    RenderError,
    RenderTimeout,
    WorkerCrashed,
)
from tiny_client.records import RenderJob

__all__ = ["raise_failure", "require_size", "worker_death"]

# V8 ends its process with one of these where it cannot have memory that it must have.
_V8_GIVES_UP = {signal.SIGABRT, signal.SIGILL, signal.SIGTRAP}

_MOST_BYTES_FOR_A_CHARACTER = 4

_MEMORY_REMEDY = "Render less at once, or raise EngineSettings.heap_bytes or data_bytes"


def raise_failure(failure: Failure, job: RenderJob) -> NoReturn:
    """Raise the error that `failure` stands for."""
    if failure.kind == "missing":
        error: RenderError = MissingDependency(
            failure.module, failure.provided, fragment=job.fragment, release=job.release
        )
        error.js_name, error.js_message = failure.js_name, failure.js_message
        error.js_stack = failure.js_stack
        raise error
    kind, reason = _explain(failure, job)
    raise kind(
        reason,
        fragment=job.fragment,
        release=job.release,
        js_name=failure.js_name,
        js_message=failure.js_message,
        js_stack=failure.js_stack,
    )


def _explain(failure: Failure, job: RenderJob) -> tuple[type[RenderError], str]:
    said = f"{failure.js_name}: {failure.js_message}" if failure.js_name else failure.js_message
    match failure.kind:
        case "export":
            return BundleError, said
        case "bundle":
            return BundleError, f"its bundle {job.bundle.name} cannot be evaluated: {said}"
        case "runtime":
            return BundleError, f"its runtime {job.runtime.name} cannot be evaluated: {said}"
        case "component":
            return ComponentError, f"its component threw {said}"
        case "output":
            return InvalidOutput, said
        case "memory":
            reason = f"it needed more memory than it may ({said}). {_MEMORY_REMEDY}"
            return MemoryLimitExceeded, reason
        case "stuck":
            return RenderTimeout, said
        case _:
            return RenderTimeout, "it took longer than its time limit"


def require_size(html: str, max_bytes: int, job: RenderJob) -> str:
    """Return `html`; raises InvalidOutput where it has more than `max_bytes` as UTF-8."""
    if len(html) * _MOST_BYTES_FOR_A_CHARACTER <= max_bytes:
        return html  # without a copy of it in UTF-8, which costs as much as all else in the host
    size = len(html) if html.isascii() else len(html.encode())
    if size <= max_bytes:
        return html
    raise InvalidOutput(
        f"its HTML has {size} bytes; the limit is {max_bytes} (EngineSettings.max_output_bytes)",
        fragment=job.fragment,
        release=job.release,
    )


def worker_death(status: int | None, job: RenderJob, nonsense: str = "") -> RenderError:
    """Return the error for a worker that ended while it rendered `job`.

    `status` is what `os.waitpid` reported, None where nobody could tell; `nonsense` says why the
    worker's answer could not be read.
    """
    kind: type[RenderError] = WorkerCrashed
    if nonsense:
        reason = f"its worker process answered nonsense ({nonsense})"
    elif status is None:
        reason = "its worker process vanished"
    elif os.WIFSIGNALED(status):
        number = signal.Signals(os.WTERMSIG(status))
        reason = f"its worker process died of {number.name}"
        if number in _V8_GIVES_UP:
            kind = MemoryLimitExceeded
            reason = (
                f"V8 ended its worker process ({number.name}), which it does where memory runs "
                f"out. {_MEMORY_REMEDY}"
            )
        elif number == signal.SIGKILL:
            reason += ", sent by another process or by the kernel for want of memory"
    elif os.WEXITSTATUS(status) == EXIT_OUT_OF_MEMORY:
        kind = MemoryLimitExceeded
        reason = f"its worker process ran out of memory. {_MEMORY_REMEDY}"
    else:
        reason = f"its worker process ended with status {os.WEXITSTATUS(status)}"
    return kind(reason, fragment=job.fragment, release=job.release)

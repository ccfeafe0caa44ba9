"""One fragment's JavaScript context: host script, runtime and bundle, ready to render."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import msgspec

from tiny_client.engine.messages import (
    ContextKey,
    EncodedHtml,
    Failure,
    Html,
    Render,
    Sources,
)
from tiny_client.engine.settings import EngineSettings
from tiny_client.engine.v8 import V8Context, V8Error, V8OutOfMemory, V8SyntaxError, V8Timeout

__all__ = ["Budget", "ContextFailed", "FragmentContext"]

_HOST_SCRIPT = Path(__file__).with_name("host.js").read_text(encoding="utf-8")

# The line break keeps columns of the bundle's first line true; the host script takes the line off.
_WRAPPER_HEAD = (
    "(function (module, exports, require, define, tinyFrontendExports, tinyFrontendDeps, self) {\n"
)
_WRAPPER_LINES = _WRAPPER_HEAD.count("\n")

_FUNCTIONS = ("advance", "begin", "loadBundle", "loadRuntime", "peek", "stuck")

_MOST_TIMERS_AT_LOAD = 100

_encoder = msgspec.json.Encoder()
_failure_decoder = msgspec.json.Decoder(Failure)


class ContextFailed(Exception):
    """The context could not be made, or is unusable from now on; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.js_message)


class Budget:
    """The seconds that are left for a piece of work; None is for ever."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float | None:
        """Return the seconds left; raises V8Timeout where there are none."""
        if self._end is None:
            return None
        left = self._end - time.monotonic()
        if left <= 0:
            raise V8Timeout("the time is up")
        return left


def _wrapped(name: str, source: str) -> str:
    label = re.sub(r"[^\w.@/:+-]", "_", name)
    return f"{_WRAPPER_HEAD}{source}\n}})\n//# sourceURL={label}"


def _head(call: Render) -> str:
    return _encoder.encode((call.export, call.id_prefix)).decode()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


class FragmentContext:
    """Renders one bundle, again and again, in a V8 heap of its own.

    Raises ContextFailed where the runtime or the bundle cannot be loaded.
    """

    def __init__(
        self,
        key: ContextKey,
        sources: Sources,
        settings: EngineSettings,
        *,
        synchronous: bool,
        budget: Budget,
    ) -> None:
        self.key = key
        self.renders = 0
        self._garbage = True
        self.created = self.last_used = time.monotonic()
        self._synchronous = synchronous
        self._v8 = V8Context(heap_bytes=settings.heap_bytes, synchronous=synchronous)
        self._host: Any = None
        self._functions: dict[str, Any] = {}
        try:
            self._load(sources, settings.max_output_bytes, budget)
        except ContextFailed:
            self.close()
            raise

    def _load(self, sources: Sources, max_output_bytes: int, budget: Budget) -> None:
        source = f"{_HOST_SCRIPT.rstrip()}({max_output_bytes})\n//# sourceURL=tiny:host"
        try:
            self._host = host = self._v8.evaluate(source, timeout=budget.left())
            self._functions = {name: host[name] for name in _FUNCTIONS}
            wrapped = self._compile("runtime", sources.runtime_name, sources.runtime_source, budget)
            self._require(self._call("loadRuntime", budget, wrapped))
            wrapped = self._compile("bundle", sources.bundle_name, sources.bundle_source, budget)
            self._require(self._call("loadBundle", budget, wrapped, self.key[0]))
            # What the bundle put off while it was evaluated happens before it renders.
            for _ in range(_MOST_TIMERS_AT_LOAD):
                if not self._call("advance", budget):
                    break
        except V8Error as error:
            raise ContextFailed(_v8_failure(error)) from error

    def _call(self, function: str, budget: Budget, *arguments: Any) -> Any:
        return self._v8.call(self._functions[function], *arguments, timeout=budget.left())

    def _compile(self, kind: str, name: str, source: str, budget: Budget) -> Any:
        try:
            return self._v8.evaluate(_wrapped(name, source), timeout=budget.left())
        except V8SyntaxError as error:
            raise ContextFailed(_syntax_failure(kind, name, error)) from error

    @staticmethod
    def _require(answer: object) -> None:
        if answer != "":
            raise ContextFailed(_failure_decoder.decode(_text(answer)[1:]))

    def render(self, call: Render, budget: Budget) -> Html | EncodedHtml | Failure:
        """Render once; raises ContextFailed where the context is unusable from now on."""
        self.renders += 1
        self._garbage = True
        self.last_used = time.monotonic()
        try:
            self._begin(f"{_head(call)}\n{call.props_json}", budget)
            result = self._settled(budget)
            self._v8.require_memory()
        except V8Error as error:
            raise ContextFailed(_v8_failure(error)) from error
        if isinstance(result, str):
            if result.startswith("h"):
                return Html(result[1:])
        elif result.startswith(b"h"):
            return EncodedHtml.of(result[1:])
        failure = _failure_decoder.decode(result[1:])
        if failure.kind == "memory":
            raise ContextFailed(failure)
        return failure

    def _begin(self, call: str, budget: Budget) -> None:
        if self._synchronous:
            self._v8.put(self._host, "call", call)
        else:
            self._call("begin", budget, call)

    def _settled(self, budget: Budget) -> str | bytes:
        # Each look is a step of its own, and V8 runs all microtasks before it: so an endless chain
        # of them is met here and not by the next render.
        while not (result := self._look(budget)):
            if not self._call("advance", budget):
                return self._look(budget) or _text(self._call("stuck", budget))
        return result

    def _look(self, budget: Budget) -> str | bytes:
        if self._synchronous:
            return self._v8.read(self._host, "result")
        return _text(self._call("peek", budget))

    def collect_garbage(self) -> None:
        """Give back memory that only past renders needed."""
        if self._garbage:
            self._garbage = False
            self._v8.collect_garbage()

    def close(self) -> None:
        """Free the heap."""
        self._host = None
        self._functions = {}
        self._v8.close()

    def abandon(self) -> None:
        """Leave it as it is, for ever: for a process that inherited it by a fork."""
        self._v8.abandon()


def _v8_failure(error: V8Error) -> Failure:
    if isinstance(error, V8OutOfMemory):
        return Failure("memory", js_message="V8's heap is full")
    if isinstance(error, V8Timeout):
        return Failure("timeout")
    return Failure("bundle", js_name="Error", js_message=str(error))


def _syntax_failure(kind: str, name: str, error: V8SyntaxError) -> Failure:
    """V8 says `<place>:<line>: SyntaxError: <what>` and repeats the source, which may be long."""
    first, _, _ = str(error).partition("\n")
    place, _, message = first.partition("SyntaxError:")
    line = re.search(r":(\d+):\s*$", place)
    message = (message or first).strip()[:4000]
    where = f"\n    at {name}:{int(line[1]) - _WRAPPER_LINES}" if line else ""
    return Failure(
        "runtime" if kind == "runtime" else "bundle",
        js_name="SyntaxError",
        js_message=message,
        js_stack=f"SyntaxError: {message}{where}",
    )

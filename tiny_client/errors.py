"""Every error that `tiny_client` raises.

TinyError
├── ConfigurationError          a setting or an argument that cannot work
├── PropsError                  props that are not JSON
├── SlotQueueFull               more slots wait to be filled than may
├── BreakerOpen                 a fragment that is not tried, because it keeps failing
├── LoadError                   a fragment could not be loaded
│   ├── FragmentNotFound        the registry knows no such fragment, version or bundle
│   ├── RegistryUnavailable     no connection, a broken one, or an answer of 429 or 5xx
│   │   └── RegistryTimeout     the answer was not whole within its deadline
│   ├── BadRegistryAnswer       an answer that breaks the wire contract
│   │   └── AnswerTooLarge      more bytes than the limit
│   └── IntegrityError          the bytes are not those that the config names
└── RenderError                 a bundle could not be evaluated or rendered
    ├── BundleError             the bundle does not parse, throws or exports nothing usable
    │   └── MissingDependency   it asks for a module that its runtime does not share
    ├── ComponentError          the component threw while it rendered
    ├── InvalidOutput           it returned something that is not a string
    ├── RenderTimeout           it took longer than its limit
    ├── MemoryLimitExceeded     it needed more memory than its limit
    ├── WorkerCrashed           the worker process died under it
    └── EngineUnavailable       no worker could be had
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

__all__ = [
    "AnswerTooLarge",
    "BadRegistryAnswer",
    "BreakerOpen",
    "BundleError",
    "ComponentError",
    "ConfigurationError",
    "EngineUnavailable",
    "FragmentNotFound",
    "IntegrityError",
    "InvalidOutput",
    "LoadError",
    "MemoryLimitExceeded",
    "MissingDependency",
    "PropsError",
    "RegistryTimeout",
    "RegistryUnavailable",
    "RenderError",
    "RenderTimeout",
    "SlotQueueFull",
    "TinyError",
    "WorkerCrashed",
]


class TinyError(Exception):
    """The base of all errors of this package."""


class ConfigurationError(TinyError):
    """A setting or an argument that cannot work; the message names it and the remedy."""


class PropsError(TinyError):
    """Props that cannot be written as JSON."""


class SlotQueueFull(TinyError):
    """More slots wait for a thread than may, so this one is not filled."""


class BreakerOpen(TinyError):
    """The fragment keeps failing or is slow, so it is not tried and its slot shows its fallback."""


class LoadError(TinyError):
    """A fragment could not be loaded.

    Attributes: `name` and `contract_version` of the fragment, and the `url` that was asked.
    """

    def __init__(self, reason: str, *, name: str, contract_version: str, url: str) -> None:
        self.reason = reason
        self.name = name
        self.contract_version = contract_version
        self.url = url
        super().__init__(f"Cannot load fragment {name!r} {contract_version}: {reason} ({url})")


class FragmentNotFound(LoadError):
    """The registry knows no such fragment, contract version or bundle (404)."""


class RegistryUnavailable(LoadError):
    """The registry did not answer, broke off, or answered 429 or 5xx; a retry may succeed.

    `retry_after` is what the registry asked for, in seconds, or None.
    """

    def __init__(
        self,
        reason: str,
        *,
        name: str,
        contract_version: str,
        url: str,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason, name=name, contract_version=contract_version, url=url)
        self.retry_after = retry_after


class RegistryTimeout(RegistryUnavailable):
    """The whole answer was not there within its deadline."""


class BadRegistryAnswer(LoadError):
    """The answer breaks the wire contract: a redirect, no JSON, a missing or odd field."""


class AnswerTooLarge(BadRegistryAnswer):
    """The answer has more bytes than the limit allows."""


class IntegrityError(LoadError):
    """The bytes of a bundle do not have the hash that its config names."""


class RenderError(TinyError):
    """A bundle could not be evaluated or rendered.

    Attributes: `fragment` and `release`; `js_name`, `js_message` and `js_stack` as JavaScript
    reported them (empty strings where the failure did not come from JavaScript).
    """

    def __init__(
        self,
        reason: str,
        *,
        fragment: str,
        release: str,
        js_name: str = "",
        js_message: str = "",
        js_stack: str = "",
    ) -> None:
        self.reason = reason
        self.fragment = fragment
        self.release = release
        self.js_name = js_name
        self.js_message = js_message
        self.js_stack = js_stack
        super().__init__(f"Cannot render fragment {fragment!r} (release {release}): {reason}")

    def again(self) -> Self:
        """Return a fresh copy: one exception object cannot be raised by several threads."""
        copy = type(self).__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy.args = self.args
        return copy


class BundleError(RenderError):
    """The bundle does not parse, throws while it is evaluated, or exports nothing usable."""


class MissingDependency(BundleError):
    """The bundle asks for a module that its runtime does not share."""

    def __init__(
        self, module: str, provided: Sequence[str], *, fragment: str, release: str
    ) -> None:
        self.module = module
        self.provided = tuple(provided)
        given = ", ".join(self.provided) or "none"
        super().__init__(
            f"it asks for the module {module!r}, which its runtime does not provide "
            f"(provided: {given}). Bundle it into the fragment, or name the runtime that has it "
            "in the release's metadata",
            fragment=fragment,
            release=release,
        )


class ComponentError(RenderError):
    """The component threw, or its promise was rejected, while it rendered."""


class InvalidOutput(RenderError):
    """The component returned something that is not a string."""


class RenderTimeout(RenderError):
    """Rendering took longer than its limit, or its promise never settled."""


class MemoryLimitExceeded(RenderError):
    """Rendering needed more memory than its limit."""


class WorkerCrashed(RenderError):
    """The worker process died while it rendered."""


class EngineUnavailable(RenderError):
    """No worker process could be started, or none became free within the time limit."""

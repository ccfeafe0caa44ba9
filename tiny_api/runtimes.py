"""Which runtime a release needs, where its metadata does not say so.

A convenience for fragment teams, not a decision about trust: a team that must have one certain
runtime names it in its metadata.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tiny_api.grammar import version_order


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime by name and contract version, as it stands in a config."""

    name: str
    contract_version: str

    def to_json(self) -> dict[str, str]:
        """Return the form in metadata and configs."""
        return {"name": self.name, "contractVersion": self.contract_version}


@dataclass(frozen=True, slots=True)
class DeployedRuntime:
    """A runtime that the registry has, with the modules that it shares."""

    runtime: Runtime
    modules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Inference:
    """The runtime that fits, or None with a warning that says why not."""

    runtime: Runtime | None
    warning: str | None = None


PLAIN = Runtime("plain", "1")
_REACT = Runtime("react", "19")
_VUE = Runtime("vue", "3")
_FAMILIES = {"react": _REACT, "react-dom": _REACT, "vue": _VUE, "@vue": _VUE}


def infer_runtime(modules: frozenset[str], deployed: Iterable[DeployedRuntime]) -> Inference:
    """Find the runtime that shares all of `modules`.

    Among several deployed ones the framework's own name wins, then the highest contract version.
    """
    if not modules:
        return Inference(PLAIN)
    families = {_FAMILIES.get(module.split("/", 1)[0]) for module in modules}
    family = families.pop() if len(families) == 1 else None
    fitting = [runtime.runtime for runtime in deployed if modules <= runtime.modules]
    if fitting:
        return Inference(
            max(
                fitting,
                key=lambda runtime: (
                    family is not None and runtime.name == family.name,
                    version_order(runtime.contract_version),
                    runtime.name,
                ),
            )
        )
    if family is not None:
        return Inference(family)
    return Inference(
        None,
        f"No runtime shares all of the modules that the bundle asks for ({_listed(modules)}), so "
        "no host can render this release yet. Bundle them into it, deploy a runtime that shares "
        "them, or name one in the metadata: "
        '{"runtime": {"name": "react", "contractVersion": "19"}}.',
    )


def _listed(modules: frozenset[str]) -> str:
    names = sorted(modules)
    shown = ", ".join(names[:10])
    return f"{shown} and {len(names) - 10} more" if len(names) > 10 else shown

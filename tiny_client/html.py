"""Pure functions that write what a page needs: head tags, slots, props. They do no I/O.

Everything is escaped for the place where it stands: attributes as HTML, JSON so that no
`</script>`, `<!--` or line separator in it can end a script element or a statement.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from markupsafe import Markup, escape

from tiny_client.errors import PropsError
from tiny_client.records import FragmentConfig

__all__ = [
    "HYDRATION_STRATEGIES",
    "AssetTag",
    "attributes",
    "bundle_url",
    "canonical_json",
    "config_script",
    "fallback_element",
    "head_tags",
    "script_safe",
    "slot_element",
    "state_element",
]

HYDRATION_STRATEGIES = ("load", "idle", "visible", "interaction", "never")
EAGER_STRATEGIES = ("load", "idle")

# A slot is laid out as a block unless the page's own style sheet says otherwise.
_BASE_STYLE = ":where(tiny-fragment){display:block}"

_SCRIPT_ESCAPES = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)


@dataclass(frozen=True, slots=True)
class AssetTag:
    """A script of this package in a page: where it is, its integrity and how it is loaded."""

    url: str
    integrity: str
    extra: Mapping[str, str | bool]


def _refuse(value: object) -> Any:
    raise TypeError(f"{type(value).__name__} has no JSON form")


_encoder = msgspec.json.Encoder(order="deterministic", enc_hook=_refuse)


def canonical_json(props: Mapping[str, Any]) -> str:
    """Return `props` as compact JSON with sorted keys, the form in which props are compared.

    Dates become ISO 8601 strings and decimals strings, as msgspec writes them.

    Raises `PropsError` where a value has no JSON form; NaN and infinities have none.
    """
    try:
        encoded = _encoder.encode(props).decode()
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise PropsError(
            f"Props cannot be written as JSON: {_culprit(props, error)}. Pass strings, numbers, "
            "booleans, None, lists and dicts"
        ) from error
    # msgspec writes NaN as null; that would change the meaning of a prop without a word.
    if "null" in encoded and _has_nan(props):
        raise PropsError("Props cannot be written as JSON: a number is NaN or infinite")
    return encoded


def _culprit(props: Mapping[str, Any], error: Exception) -> str:
    for key, value in props.items():
        try:
            _encoder.encode(value)
        except (TypeError, ValueError, OverflowError, RecursionError) as reason:
            return f"prop {key!r}: {reason}"
    return str(error)


def _has_nan(value: object) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, Mapping):
        return any(_has_nan(item) for item in value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return any(_has_nan(item) for item in value)
    return False


def script_safe(json_text: str) -> str:
    """Return JSON that means the same and can stand inside a script element."""
    return json_text.translate(_SCRIPT_ESCAPES)


def attributes(values: Mapping[str, str | bool | None]) -> str:
    """Return ` name="value"` for each entry; True gives a bare name, None and False nothing."""
    parts = []
    for name, value in values.items():
        if value is True:
            parts.append(f" {name}")
        elif value is not None and value is not False:
            parts.append(f' {name}="{escape(value)}"')
    return "".join(parts)


def bundle_url(config: FragmentConfig, bundle: str) -> str:
    """Return the address of one of a release's bundles."""
    return f"{config.base_url}/tiny/bundle/{bundle}"


def _fetch_attributes(config: FragmentConfig, bundle: str) -> dict[str, str | None]:
    # With integrity a fetch has to be a CORS fetch; without it, the mode has to be that of the
    # plain <script src> that follows, or the browser downloads twice.
    integrity = config.integrity.get(bundle)
    return {"integrity": integrity, "crossorigin": "anonymous" if integrity else None}


def stylesheet_link(config: FragmentConfig) -> str:
    """Return the link to a release's style sheet, or nothing where it has none."""
    if config.css_bundle is None:
        return ""
    values = {
        "rel": "stylesheet",
        "href": bundle_url(config, config.css_bundle),
        **_fetch_attributes(config, config.css_bundle),
    }
    return f"<link{attributes(values)}>"


def preload_link(config: FragmentConfig, nonce: str | None) -> str:
    """Return the preload link of the bundle that the browser evaluates."""
    values = {
        "rel": "preload",
        "as": "script",
        "href": bundle_url(config, config.umd_bundle),
        **_fetch_attributes(config, config.umd_bundle),
        "nonce": nonce,
    }
    return f"<link{attributes(values)}>"


def config_script(configs: Iterable[FragmentConfig], nonce: str | None) -> str:
    """Return one inline script that puts each config on `window`, or nothing without configs.

    The key is the one that `@tiny-frontend/client` reads. A second contract version of the same
    name takes a key of its own: `tinyFrontend{name}@{version}Config`.
    """
    taken: set[str] = set()
    statements = []
    for config in configs:
        key = f"tinyFrontend{config.name}Config"
        if key in taken:
            key = f"tinyFrontend{config.name}@{config.contract_version}Config"
        taken.add(key)
        value = {**config.raw, "contractVersion": config.contract_version, "api": config.base_url}
        if config.runtime is not None:
            value["runtime"] = {
                "name": config.runtime.name,
                "contractVersion": config.runtime.contract_version,
            }
        statements.append(f"window[{_js(key)}]={_js(value)};")
    if not statements:
        return ""
    return f"<script{attributes({'nonce': nonce})}>{''.join(statements)}</script>"


def _js(value: Any) -> str:
    return script_safe(msgspec.json.encode(value).decode())


def head_tags(
    stylesheets: Iterable[FragmentConfig],
    preloads: Iterable[FragmentConfig],
    configs: Iterable[FragmentConfig],
    scripts: Iterable[AssetTag],
    nonce: str | None,
) -> Markup:
    """Return all head tags of a page: style sheets, preloads, configs, scripts; each once."""
    tags = [f"<style{attributes({'nonce': nonce})}>{_BASE_STYLE}</style>"]
    tags += [stylesheet_link(config) for config in stylesheets]
    tags += [preload_link(config, nonce) for config in preloads]
    tags.append(config_script(configs, nonce))
    for script in scripts:
        values = {"src": script.url, "integrity": script.integrity, **script.extra, "nonce": nonce}
        tags.append(f"<script{attributes(values)}></script>")
    return Markup("\n".join(dict.fromkeys(tag for tag in tags if tag)))


def slot_element(
    config: FragmentConfig,
    *,
    html: str,
    props_json: str,
    hydrate: str,
    export: str | None,
    id_prefix: str,
) -> Markup:
    """Return the island of a rendered fragment: its HTML and the props that it was made from."""
    values = {
        "name": config.name,
        "contract-version": config.contract_version,
        "release": config.release or None,
        "api": config.base_url,
        "hydrate": hydrate,
        "id-prefix": id_prefix or None,
        "export": export,
        "status": "rendered",
    }
    return Markup(
        f"<tiny-fragment{attributes(values)}><div data-tiny-root>{html}</div>"
        f'<script type="application/json" data-tiny-props>{script_safe(props_json)}</script>'
        "</tiny-fragment>"
    )


def state_element(key: str, payload: Any, nonce: str | None) -> Markup:
    """Return the element from which the page's bus takes the first value of a state key.

    Without the nonce the bus ignores it, so that no fragment's HTML can pass for it.

    Raises `PropsError` where the payload has no JSON form.
    """
    values: dict[str, str | bool | None] = {
        "type": "application/json",
        "data-bus-state": True,
        "nonce": nonce,
    }
    content = script_safe(canonical_json({key: payload}))
    return Markup(f"<script{attributes(values)}>{content}</script>")


def fallback_element(
    name: str, contract_version: str, html: str, error: str | None = None
) -> Markup:
    """Return the slot of a fragment that failed; the browser leaves it as it is."""
    values = {
        "name": name,
        "contract-version": contract_version,
        "status": "fallback",
        "data-error": error,
    }
    return Markup(f"<tiny-fragment{attributes(values)}>{html}</tiny-fragment>")

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
    "EAGER_STRATEGIES",
    "HYDRATION_STRATEGIES",
    "AssetTag",
    "attributes",
    "bundle_url",
    "canonical_json",
    "config_key",
    "config_script",
    "fallback_element",
    "head_tags",
    "late_slot",
    "pending_element",
    "place_script",
    "preload_link",
    "script_safe",
    "slot_element",
    "state_element",
    "stylesheet_link",
]

HYDRATION_STRATEGIES = ("load", "idle", "visible", "interaction", "never")
EAGER_STRATEGIES = ("load", "idle")

# A slot is laid out as a block unless the page's own style sheet says otherwise.
_BASE_STYLE = ":where(tiny-fragment){display:block}"

# Without JavaScript nothing puts late slots in their places: they are read at the page's end.
_LATE_STYLE = "[data-tiny-late][hidden]{display:block!important}"

# Puts a late slot in its place; without one it says that the fallback is there to stay. It makes
# no HTML out of strings, so Trusted Types have nothing against it.
_PLACE = (
    "function tinyPlace(n,e){var d=document,l=d.getElementById('tiny-late-'+n),"
    "p=d.querySelector('[data-tiny-slot=\"'+n+'\"]');"
    "if(p)if(l)p.replaceWith(l.firstChild);"
    "else{p.setAttribute('status','fallback');if(e)p.dataset.error=e}if(l)l.remove()}"
)

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


def config_key(config: FragmentConfig, taken: set[str]) -> str:
    """Return the name on `window` under which a page keeps `config`, and add it to `taken`.

    It is the one that `@tiny-frontend/client` reads. A second contract version of the same name
    takes a key of its own: `tinyFrontend{name}@{version}Config`.
    """
    key = f"tinyFrontend{config.name}Config"
    if key in taken:
        key = f"tinyFrontend{config.name}@{config.contract_version}Config"
    taken.add(key)
    return key


def config_script(
    configs: Iterable[FragmentConfig], nonce: str | None, taken: set[str] | None = None
) -> str:
    """Return one inline script that puts each config on `window`, or nothing without configs.

    `taken` holds the keys that the page has already; see `config_key`.
    """
    taken = set() if taken is None else taken
    statements = []
    for config in configs:
        key = config_key(config, taken)
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


def style_element(css: str, nonce: str | None) -> str:
    """Return an inline style sheet; `css` is written as it stands."""
    return f"<style{attributes({'nonce': nonce})}>{css}</style>"


def head_tags(
    stylesheets: Iterable[FragmentConfig],
    preloads: Iterable[FragmentConfig],
    configs: Iterable[FragmentConfig],
    scripts: Iterable[AssetTag],
    nonce: str | None,
    *,
    late_slots: bool = False,
) -> Markup:
    """Return all head tags of a page: style sheets, preloads, configs, scripts; each once.

    `late_slots` says that slots of the page may come later than their places.
    """
    tags = [style_element(_BASE_STYLE, nonce)]
    if late_slots:
        tags.append(f"<noscript>{style_element(_LATE_STYLE, nonce)}</noscript>")
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
    """Return the island of a rendered fragment: its HTML and the props that it was made from.

    By the comment at its end the browser half knows, while the page still comes, that it is whole.
    """
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
        "<!----></tiny-fragment>"
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


def pending_element(name: str, contract_version: str, html: str, number: int) -> Markup:
    """Return the place of a slot that comes later in the page, with its fallback until then.

    Without JavaScript the place has a link to where the slot is.
    """
    values = {
        "name": name,
        "contract-version": contract_version,
        "status": "pending",
        "data-tiny-slot": str(number),
    }
    link = f' <noscript><a href="#tiny-late-{number}">{escape(name)} ↓</a></noscript>'
    return Markup(f"<tiny-fragment{attributes(values)}>{html}{link}</tiny-fragment>")


def late_slot(element: str, number: int) -> Markup:
    """Return what holds a slot that came late until `place_script` puts it in its place."""
    return Markup(f'<div id="tiny-late-{number}" data-tiny-late hidden>{element}</div>')


def place_script(
    number: int, nonce: str | None, *, first: bool, error: str | None = None
) -> Markup:
    """Return the script that puts a late slot in its place, or makes its fallback stay.

    The `first` one of a page brings what the others call. `error` is written into the place.
    """
    argument = "" if error is None else f",{_js(error)}"
    body = f"{_PLACE if first else ''}tinyPlace({number}{argument})"
    return Markup(f"<script{attributes({'nonce': nonce})}>{body}</script>")

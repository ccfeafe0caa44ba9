"""Plans the head of a page from the fragments in it; pure, it does no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tiny_client.assets import Asset, Assets
from tiny_client.html import EAGER_STRATEGIES, AssetTag, head_tags
from tiny_client.records import FragmentConfig

__all__ = ["Part", "page_head"]


@dataclass(frozen=True, slots=True)
class Part:
    """A fragment in a page: its config, its runtime's, and when the browser hydrates it."""

    config: FragmentConfig
    runtime: FragmentConfig
    hydrate: str


def page_head(
    parts: Sequence[Part],
    assets: Assets,
    assets_url: str | None,
    nonce: str | None,
    *,
    bus: Mapping[str, str] | None = None,
    development: bool = False,
) -> Markup:
    """Return the head tags that the fragments of a page need, each once, in a stable order.

    Only what is hydrated at once is preloaded. Without `assets_url` the scripts of this package
    are left out, without `bus`, the attributes of its tag, the bus is. In `development` the bus is
    open to every script of the page, and the inspector comes with it. A page with no fragment
    needs nothing.
    """
    if not parts:
        return Markup("")
    alive = [part for part in parts if part.hydrate != "never"]
    eager = [part for part in alive if part.hydrate in EAGER_STRATEGIES]
    scripts = []
    if alive and assets_url is not None:
        if bus is not None:
            extra: dict[str, str | bool] = {"defer": True, **bus, "data-dev": development}
            scripts.append(_tag(assets_url, assets.bus, extra))
        scripts.append(_tag(assets_url, assets.browser, {"type": "module"}))
        # Without `bus` too: a host with a bus script of its own wants to see into it.
        if development and assets.inspector is not None:
            scripts.append(_tag(assets_url, assets.inspector, {"type": "module"}))
    return head_tags(
        stylesheets=_once(part.config for part in parts),
        preloads=_once([part.runtime for part in eager] + [part.config for part in eager]),
        configs=_once([part.config for part in alive] + [part.runtime for part in alive]),
        scripts=scripts,
        nonce=nonce,
    )


def asset_url(assets_url: str, asset: Asset) -> str:
    """Return where the host serves one of this package's files."""
    return f"{assets_url}/tiny/assets/{asset.file}"


def _tag(assets_url: str, asset: Asset, extra: Mapping[str, str | bool]) -> AssetTag:
    return AssetTag(asset_url(assets_url, asset), asset.integrity, extra)


def _once(configs: Iterable[FragmentConfig]) -> list[FragmentConfig]:
    first: dict[tuple[str, str, str, str], FragmentConfig] = {}
    for config in configs:
        key = (config.base_url, config.name, config.contract_version, config.release)
        first.setdefault(key, config)
    return list(first.values())

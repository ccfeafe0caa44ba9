"""Plans the tags that the fragments of a page need, in its head and beside late slots; no I/O."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from tiny_client.assets import Asset, Assets
from tiny_client.html import (
    EAGER_STRATEGIES,
    AssetTag,
    bundle_url,
    config_key,
    config_script,
    head_tags,
    preload_link,
    stylesheet_link,
)
from tiny_client.islands import digest
from tiny_client.records import FragmentConfig

__all__ = ["HeadWriter", "Part", "Written", "early_hints", "page_head"]

# In place of a nonce while head tags are kept; random, so that no config can have it.
_OPEN_NONCE: Final = secrets.token_hex(16)

_MAX_KEPT: Final = 256
"""Heads that a writer keeps: one for each set of fragments that pages show together."""


class Part(NamedTuple):
    """A fragment in a page: its config, its runtime's, and when the browser hydrates it."""

    config: FragmentConfig
    runtime: FragmentConfig
    hydrate: str


_ConfigId = tuple[str, str, str, str]


class Written:
    """What stands in a page already, so that everything stands in it once.

    It begins with the tags of `head`, the fragments that the page's head knows.
    """

    def __init__(self, head: Sequence[Part]) -> None:
        self._stylesheets: set[_ConfigId] = set()
        self._preloads: set[_ConfigId] = set()
        self._configs: set[_ConfigId] = set()
        self._keys: set[str] = set()
        for config in self._plan(head).configs:
            config_key(config, self._keys)

    def tags(self, part: Part, nonce: str) -> str:
        """Return what one more fragment needs and the page lacks, for before its element."""
        plan = self._plan([part])
        tags = [preload_link(config, nonce) for config in plan.preloads]
        tags.append(config_script(plan.configs, nonce, self._keys))
        # Last: what follows a style sheet waits for it, so no slot is seen without its own.
        tags += [stylesheet_link(config) for config in plan.stylesheets]
        return "".join(tags)

    def _plan(self, parts: Sequence[Part]) -> _Plan:
        plan = _plan(parts)
        return _Plan(
            _new(plan.stylesheets, self._stylesheets),
            _new(plan.preloads, self._preloads),
            _new(plan.configs, self._configs),
        )


class _Plan(NamedTuple):
    stylesheets: list[FragmentConfig]
    preloads: list[FragmentConfig]
    configs: list[FragmentConfig]


def _plan(parts: Sequence[Part]) -> _Plan:
    alive = [part for part in parts if part.hydrate != "never"]
    # Only what is hydrated at once is preloaded.
    eager = [part for part in alive if part.hydrate in EAGER_STRATEGIES]
    return _Plan(
        _new((part.config for part in parts), set()),
        _new([part.runtime for part in eager] + [part.config for part in eager], set()),
        _new([part.config for part in alive] + [part.runtime for part in alive], set()),
    )


def _new(configs: Iterable[FragmentConfig], known: set[_ConfigId]) -> list[FragmentConfig]:
    """Return the configs that are not known yet, in their order, and make them known."""
    found = []
    for config in configs:
        key = (config.base_url, config.name, config.contract_version, config.release)
        if key not in known:
            known.add(key)
            found.append(config)
    return found


class Head(NamedTuple):
    """Head tags with their nonce left open."""

    segments: tuple[bytes, ...]
    digest: bytes

    def with_nonce(self, nonce: bytes) -> bytes:
        """Return the tags as they are sent."""
        return nonce.join(self.segments)


class HeadWriter:
    """Writes the heads of a host's pages, and keeps them: pages show the same fragments often.

    `bus` holds the attributes of the packaged bus's tag, None leaves it out. In `development` the
    bus is open to every script of the page, and the inspector comes with it. Without `assets_url`
    the scripts of this package are left out.
    """

    def __init__(
        self,
        assets: Assets,
        assets_url: str | None,
        bus: Mapping[str, str] | None = None,
        development: bool = False,
    ) -> None:
        self._scripts = _scripts(assets, assets_url, bus, development)
        self._kept: dict[tuple[object, ...], tuple[Sequence[Part], Head]] = {}

    def head(self, parts: Sequence[Part], *, alive: bool, late_slots: bool) -> Head:
        """Return the tags of a page with these fragments, each once, in a stable order.

        `alive` says that a slot of the page is hydrated, be its fragment known yet or not.
        """
        # By identity: a config is one object for as long as its release is current. The parts are
        # kept with the head, so that no other object takes their ids.
        ids = [(id(part.config), id(part.runtime), part.hydrate) for part in parts]
        key = (alive, late_slots, *ids)
        kept = self._kept.get(key)
        if kept is None:
            tags = self.tags(parts, alive=alive, late_slots=late_slots, nonce=_OPEN_NONCE).encode()
            segments = tuple(tags.split(_OPEN_NONCE.encode()))
            kept = parts, Head(segments, digest(b"".join(segments)))
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            self._kept[key] = kept
        return kept[1]

    def tags(
        self, parts: Sequence[Part], *, alive: bool, late_slots: bool, nonce: str | None
    ) -> Markup:
        """Return the same with `nonce`, as text."""
        plan = _plan(parts)
        return head_tags(
            plan.stylesheets,
            plan.preloads,
            plan.configs,
            self._scripts if alive else (),
            nonce,
            late_slots=late_slots,
        )


def page_head(
    parts: Sequence[Part], assets: Assets, assets_url: str | None, nonce: str | None
) -> Markup:
    """Return the head tags of a page with these fragments; without any it needs nothing."""
    if not parts:
        return Markup("")
    alive = any(part.hydrate != "never" for part in parts)
    writer = HeadWriter(assets, assets_url)
    return writer.tags(parts, alive=alive, late_slots=False, nonce=nonce)


def early_hints(parts: Sequence[Part]) -> list[str]:
    """Return the values of the Link headers with which a 103 answer announces these fragments."""
    plan = _plan(parts)
    links = [
        _link(config, config.css_bundle, "style")
        for config in plan.stylesheets
        if config.css_bundle
    ]
    return links + [_link(config, config.umd_bundle, "script") for config in plan.preloads]


def _link(config: FragmentConfig, bundle: str, kind: str) -> str:
    integrity = config.integrity.get(bundle)
    # As the tag of the page fetches it, or it is fetched twice.
    mode = f'; crossorigin=anonymous; integrity="{integrity}"' if integrity else ""
    return f"<{bundle_url(config, bundle)}>; rel=preload; as={kind}{mode}"


def _scripts(
    assets: Assets, assets_url: str | None, bus: Mapping[str, str] | None, development: bool
) -> list[AssetTag]:
    if assets_url is None:
        return []
    scripts = []
    # Async: in order they would wait for the page's end, which a slow slot keeps away. The browser
    # half waits for the bus by itself.
    if bus is not None:
        extra: dict[str, str | bool] = {"async": True, **bus, "data-dev": development}
        scripts.append(_tag(assets_url, assets.bus, extra))
    scripts.append(_tag(assets_url, assets.browser, {"type": "module", "async": True}))
    # Without `bus` too: a host with a bus script of its own wants to see into it. It shows itself
    # in the page, so it waits for the page.
    if development and assets.inspector is not None:
        scripts.append(_tag(assets_url, assets.inspector, {"type": "module"}))
    return scripts


def _tag(assets_url: str, asset: Asset, extra: Mapping[str, str | bool]) -> AssetTag:
    return AssetTag(f"{assets_url}/tiny/assets/{asset.file}", asset.integrity, extra)

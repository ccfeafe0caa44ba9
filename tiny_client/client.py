"""`TinyClient` loads fragments and renders them: the loader, the engine and the HTML in one."""

from __future__ import annotations

import sys
import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from markupsafe import Markup

from tiny_client.assets import Assets, packaged_assets
from tiny_client.engine import EngineSettings, create_engine
from tiny_client.errors import RenderError, RenderTimeout
from tiny_client.guard import BreakerSettings, FragmentKey, Guard, Release, Releases
from tiny_client.html import canonical_json, slot_element
from tiny_client.loader import UNSET, Loader, LoaderSettings, RetryPolicy, Unset
from tiny_client.page import Part, page_head
from tiny_client.records import Engine, LoadedRelease, RenderJob, RuntimeRef, Script
from tiny_client.render_flights import NotInTime, RenderFlights
from tiny_client.rendered import DEFAULT_RENDERED_BYTES, RenderedCache
from tiny_client.stats import ClientStats
from tiny_client.warm_up import DEFAULT_WARM_PROPS_BYTES, LastProps, warm_up

__all__ = ["DEFAULT_TIMEOUT", "LoadedFragment", "Rendered", "TinyClient"]

_NO_RUNTIME = RuntimeRef("plain", "1")

_CHECK_RUNTIME = (
    "tinyFrontendExports.check = { modules: {}, render: (component, props) => component(props) }"
)
_CHECK_BUNDLE = 'tinyFrontendExports.check = { default: () => "ready" }'

DEFAULT_TIMEOUT = 5.0
"""Seconds that loading, and then rendering, may take where the caller sets no limit."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The HTML of one fragment, and whether it came from the cache of rendered output."""

    html: Markup
    cached: bool


class LoadedFragment:
    """One release of a fragment with its runtime, ready to be rendered any number of times."""

    __slots__ = ("_client", "_exact", "_release", "config", "runtime")

    def __init__(self, client: TinyClient, release: Release, *, exact: bool = False) -> None:
        self._client = client
        self._release = release
        self._exact = exact
        self.config = release.config
        self.runtime = release.runtime.config

    def __repr__(self) -> str:
        config = self.config
        return f"<LoadedFragment {config.name} {config.contract_version} release {config.release}>"

    @property
    def stale(self) -> bool:
        """Whether the release is older than the TTL, or stands in for one that keeps failing."""
        return self._release.loaded.stale

    def render(
        self,
        props: Mapping[str, Any] | None = None,
        *,
        export: str | None = None,
        id_prefix: str = "",
        timeout: float = DEFAULT_TIMEOUT,
    ) -> Markup:
        """Return the fragment's HTML for `props`, within `timeout` seconds.

        `export` names an export of the bundle other than its default. `id_prefix` keeps generated
        ids apart where several slots stand in one page.

        Raises `PropsError` for props that are not JSON, `RenderError` where rendering fails.
        """
        props_json = canonical_json(props or {})
        return self.render_json(props_json, export, id_prefix, timeout).html

    def render_json(
        self, props_json: str, export: str | None, id_prefix: str, timeout: float
    ) -> Rendered:
        """Render props that are canonical JSON already; see `render`."""
        kept = self.rendered_at_hand(props_json, export, id_prefix)
        if kept is not None:
            return Rendered(kept, cached=True)
        if not self.config.pure:
            html = self._render(props_json, export, id_prefix, timeout)
            return Rendered(Markup(html), cached=False)
        key = self._rendered_key(props_json, export, id_prefix)

        def render(left: float) -> str:
            html = self._client.rendered.get(key)
            if html is None:
                html = self._render(props_json, export, id_prefix, left)
                self._client.rendered.put(key, html, key_bytes=sys.getsizeof(props_json))
            return html

        try:
            html, shared = self._client.flights.render(key, timeout, render)
        except NotInTime:
            raise RenderTimeout(
                f"the render of it that is under way did not end within {timeout:g} s",
                fragment=self.config.name,
                release=self._release.name,
            ) from None
        return Rendered(Markup(html), cached=shared)

    def _render(self, props_json: str, export: str | None, id_prefix: str, timeout: float) -> str:
        """Have the engine render, and tell what that says of the release."""
        client, release = self._client, self._release
        started = time.monotonic()
        try:
            html = client.engine.render(release.job(props_json, export, id_prefix), timeout=timeout)
        except RenderError as error:
            in_time = time.monotonic() - started < timeout
            if not self._exact and (in_time or not isinstance(error, RenderTimeout)):
                client.releases.failed(release, error)
            raise
        if not self._exact:
            client.releases.worked(release)
            client.last_props.note(release.key, props_json, export)
        return html

    def rendered_at_hand(
        self, props_json: str, export: str | None, id_prefix: str
    ) -> Markup | None:
        """Return the HTML that was rendered before and kept, or None; see `render_json`."""
        if not self.config.pure:
            return None
        html = self._client.rendered.get(self._rendered_key(props_json, export, id_prefix))
        return None if html is None else Markup(html)

    def _rendered_key(self, props_json: str, export: str | None, id_prefix: str) -> Hashable:
        return (*self._release.id, export, id_prefix, props_json)

    def head(self, *, nonce: str | None = None) -> Markup:
        """Return the head tags: style sheet, preloads, configs on `window`, and our scripts.

        The scripts are left out where the client was made without `assets_url`.
        """
        part = Part(self.config, self.runtime, "load")
        return page_head([part], self._client.assets, self._client.assets_url, nonce)

    def slot(
        self,
        props: Mapping[str, Any] | None = None,
        *,
        export: str | None = None,
        hydrate: str = "load",
        id_prefix: str = "",
        timeout: float = DEFAULT_TIMEOUT,
    ) -> Markup:
        """Return the fragment as an island: its HTML in a `<tiny-fragment>` with its props."""
        props_json = canonical_json(props or {})
        rendered = self.render_json(props_json, export, id_prefix, timeout)
        return slot_element(
            self.config,
            html=rendered.html,
            props_json=props_json,
            hydrate=hydrate,
            export=export,
            id_prefix=id_prefix,
        )


class TinyClient:
    """Loads fragments from a registry and renders them; safe to use from any thread.

    `api_url` is the registry's base URL. `cache_ttl` is how long a config is used before the
    registry is asked again, in seconds: None for ever, 0 at every load. `assets_url` is where the
    host serves the files of `tiny_client.assets`, as `{assets_url}/tiny/assets/{file}`; the Flask
    extension does that by itself. `breaker` says when a fragment's breaker opens and when a
    release is given up; `warm_props_bytes` is the longest props that are kept to warm a new one.

    Close it with `close()` or use it in a `with` statement.
    """

    def __init__(
        self,
        api_url: str,
        *,
        cache_ttl: float | Unset | None = UNSET,
        retry_policy: RetryPolicy | None = None,
        loader: LoaderSettings | None = None,
        engine: EngineSettings | Engine | None = None,
        breaker: BreakerSettings | None = None,
        rendered_bytes: int = DEFAULT_RENDERED_BYTES,
        warm_props_bytes: int = DEFAULT_WARM_PROPS_BYTES,
        assets_url: str | None = None,
    ) -> None:
        settings = loader or LoaderSettings()
        if cache_ttl is not UNSET:
            settings = replace(settings, cache_ttl=cache_ttl)
        self.assets: Assets = packaged_assets()
        self.assets_url = assets_url
        self.rendered = RenderedCache(rendered_bytes)
        self.flights = RenderFlights()
        breaker = breaker or BreakerSettings()
        self.guard = Guard(breaker)
        self.releases = Releases(breaker.release_failures, settings.memory_bytes)
        self.last_props = LastProps(warm_props_bytes)
        self.loader = Loader(
            api_url,
            settings,
            retry_policy or RetryPolicy(),
            packaged_base_url=assets_url or "",
            prepare=self._prepare,
        )
        if engine is None or isinstance(engine, EngineSettings):
            engine = create_engine(engine or EngineSettings())
        self.engine: Engine = engine

    def load(
        self,
        name: str,
        contract_version: str,
        *,
        cache_ttl: float | Unset | None = UNSET,
        timeout: float = DEFAULT_TIMEOUT,
        release: str | None = None,
    ) -> LoadedFragment:
        """Return the current release of a fragment with its runtime, within `timeout` seconds.

        Where that one keeps failing it is the one that worked before, and `stale`. `release` asks
        for that exact release instead. `cache_ttl` overrides the client's; 0 asks the registry and
        takes what it says, also where that keeps failing.

        Raises `LoadError` where neither the registry nor a cache has it.
        """
        deadline = time.monotonic() + timeout
        loaded = self.loader.load(
            name, contract_version, cache_ttl=cache_ttl, timeout=timeout, release=release
        )
        left = max(0.0, deadline - time.monotonic())
        found = self._with_runtime(loaded, cache_ttl, left)
        if release is not None or cache_ttl == 0:
            return LoadedFragment(self, found, exact=True)
        instead = self.releases.in_place_of((name, contract_version), found.id)
        return LoadedFragment(self, instead or found)

    def at_hand(self, name: str, contract_version: str) -> LoadedFragment | None:
        """Return what `load` would return without waiting and without I/O, or None."""
        loaded = self.loader.at_hand(name, contract_version)
        if loaded is None or loaded.config.runtime is None:
            return None
        runtime = self.loader.runtime_at_hand(loaded.config.runtime)
        if runtime is None:
            return None
        found = Release(loaded, loaded.config, runtime)
        if self.releases.has_condemned:
            found = self.releases.in_place_of((name, contract_version), found.id) or found
        return LoadedFragment(self, found)

    def _with_runtime(
        self, loaded: LoadedRelease, cache_ttl: float | Unset | None, timeout: float
    ) -> Release:
        config = loaded.config
        # Where no runtime has what the bundle asks for, the engine's error says what is missing.
        needed = config.runtime or self.loader.infer_runtime(config, loaded.script) or _NO_RUNTIME
        if config.runtime is None:
            config = replace(config, runtime=needed)
        runtime = self.loader.load_runtime(needed, cache_ttl=cache_ttl, timeout=timeout)
        return Release(loaded, config, runtime)

    def _prepare(self, new: LoadedRelease, old: LoadedRelease) -> None:
        """Warm the engine for `new` while `old` serves; condemn `new` where it only fails.

        Raises `LoadError` where its runtime cannot be loaded.
        """
        key: FragmentKey = (new.config.name, new.config.contract_version)
        if self.releases.last_that_worked(key) is None:
            return  # nothing of it is rendered here, or nothing that would be better
        release = self._with_runtime(new, UNSET, DEFAULT_TIMEOUT)
        warm_up(self.engine, self.releases, release, self.last_props.get(key))

    def stats(self) -> ClientStats:
        """Say what the parts of this client hold and what they did, in this process."""
        return ClientStats(
            rendered=self.rendered.stats(),
            loader=self.loader.stats(),
            engine=self.engine.stats(),
            breakers=self.guard.states(),
            condemned=self.releases.condemned(),
        )

    def check_engine(self) -> None:
        """Render a fragment of one word; raises the `RenderError` of an engine that cannot."""
        job = RenderJob(
            fragment="check",
            release="1",
            runtime=Script("check-runtime", "check-runtime.js", _CHECK_RUNTIME),
            bundle=Script("check-bundle", "check-bundle.js", _CHECK_BUNDLE),
            props_json="{}",
        )
        self.engine.render(job, timeout=DEFAULT_TIMEOUT)

    def close(self) -> None:
        """Stop the workers and the background threads; calling it twice is harmless."""
        self.engine.close()
        self.loader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

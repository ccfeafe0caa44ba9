"""`TinyClient` loads fragments and renders them: the loader, the engine and the HTML in one."""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from markupsafe import Markup

from tiny_client.assets import Assets, packaged_assets
from tiny_client.engine import EngineSettings, create_engine
from tiny_client.html import canonical_json, slot_element
from tiny_client.loader import UNSET, Loader, LoaderSettings, RetryPolicy, Unset
from tiny_client.page import Part, page_head
from tiny_client.records import Engine, FragmentConfig, LoadedRelease, RenderJob, RuntimeRef, Script
from tiny_client.rendered import DEFAULT_RENDERED_BYTES, RenderedCache

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

    __slots__ = ("_client", "_loaded", "_runtime", "config", "runtime")

    def __init__(
        self,
        client: TinyClient,
        loaded: LoadedRelease,
        config: FragmentConfig,
        runtime: LoadedRelease,
    ) -> None:
        self._client = client
        self._loaded = loaded
        self._runtime = runtime
        self.config = config
        self.runtime = runtime.config

    def __repr__(self) -> str:
        config = self.config
        return f"<LoadedFragment {config.name} {config.contract_version} release {config.release}>"

    @property
    def stale(self) -> bool:
        """Whether the release is older than the TTL and was served all the same."""
        return self._loaded.stale

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
        job = RenderJob(
            fragment=self.config.name,
            release=self.config.release or self.config.umd_bundle,
            runtime=self._runtime.script,
            bundle=self._loaded.script,
            props_json=props_json,
            export=export,
            id_prefix=id_prefix,
        )
        html = self._client.engine.render(job, timeout=timeout)
        if self.config.pure:
            key = self._rendered_key(props_json, export, id_prefix)
            self._client.rendered.put(key, html, key_bytes=len(props_json))
        return Rendered(Markup(html), cached=False)

    def rendered_at_hand(
        self, props_json: str, export: str | None, id_prefix: str
    ) -> Markup | None:
        """Return the HTML that was rendered before and kept, or None; see `render_json`."""
        if not self.config.pure:
            return None
        html = self._client.rendered.get(self._rendered_key(props_json, export, id_prefix))
        return None if html is None else Markup(html)

    def _rendered_key(self, props_json: str, export: str | None, id_prefix: str) -> Hashable:
        return (self._loaded.script.key, self._runtime.script.key, export, id_prefix, props_json)

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
    extension does that by itself.

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
        rendered_bytes: int = DEFAULT_RENDERED_BYTES,
        assets_url: str | None = None,
    ) -> None:
        settings = loader or LoaderSettings()
        if cache_ttl is not UNSET:
            settings = replace(settings, cache_ttl=cache_ttl)
        self.assets: Assets = packaged_assets()
        self.assets_url = assets_url
        self.rendered = RenderedCache(rendered_bytes)
        self.loader = Loader(
            api_url,
            settings,
            retry_policy or RetryPolicy(),
            packaged_base_url=assets_url or "",
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

        `release` asks for that exact release instead. `cache_ttl` overrides the client's.

        Raises `LoadError` where neither the registry nor a cache has it.
        """
        deadline = time.monotonic() + timeout
        loaded = self.loader.load(
            name, contract_version, cache_ttl=cache_ttl, timeout=timeout, release=release
        )
        config = loaded.config
        # Where no runtime has what the bundle asks for, the engine's error says what is missing.
        needed = config.runtime or self.loader.infer_runtime(config, loaded.script) or _NO_RUNTIME
        if config.runtime is None:
            config = replace(config, runtime=needed)
        left = max(0.0, deadline - time.monotonic())
        runtime = self.loader.load_runtime(needed, cache_ttl=cache_ttl, timeout=left)
        return LoadedFragment(self, loaded, config, runtime)

    def at_hand(self, name: str, contract_version: str) -> LoadedFragment | None:
        """Return what `load` would return without waiting and without I/O, or None."""
        loaded = self.loader.at_hand(name, contract_version)
        if loaded is None or loaded.config.runtime is None:
            return None
        runtime = self.loader.runtime_at_hand(loaded.config.runtime)
        return None if runtime is None else LoadedFragment(self, loaded, loaded.config, runtime)

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

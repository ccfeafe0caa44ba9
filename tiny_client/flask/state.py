"""What the extension keeps for one app, and how a page of it becomes a response."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, current_app, request

from tiny_client.client import TinyClient
from tiny_client.composition import Composition, Page
from tiny_client.errors import ConfigurationError
from tiny_client.flask.delivery import PageResponse, send_early_hints
from tiny_client.flask.security import PageSecurity
from tiny_client.html import canonical_json
from tiny_client.islands import IslandCache
from tiny_client.observe import HostMetrics, HostObserver, Readiness
from tiny_client.page import HeadWriter
from tiny_client.settings import HostSettings, PageSettings
from tiny_client.slot_pool import SlotPool

__all__ = ["EXTENSION", "HostState", "current_state", "make_state", "new_page", "page_response"]

EXTENSION = "tiny_mosaic"


@dataclass(frozen=True, slots=True)
class HostState:
    """Settings, composition and metrics of one app, in `app.extensions["tiny_mosaic"]`."""

    settings: HostSettings
    composition: Composition
    metrics: HostMetrics
    readiness: Readiness
    security: PageSecurity

    def close(self) -> None:
        """Stop the threads and workers."""
        self.readiness.close()
        self.composition.pool.close()
        # Before what it asks: its last word has what they hold.
        self.metrics.close()
        self.composition.client.close()


def make_state(app: Flask, settings: HostSettings) -> HostState:
    """Build the client and the composition that `settings` ask for; no I/O happens yet."""
    own_url = str(app.config.get("APPLICATION_ROOT") or "").rstrip("/")
    client = TinyClient(
        settings.api_url,
        loader=settings.loader,
        retry_policy=settings.retry,
        engine=settings.engine,
        breaker=settings.breaker,
        rendered_bytes=settings.page.rendered_bytes,
        warm_props_bytes=settings.page.warm_props_bytes,
        assets_url=own_url if settings.assets_url is None else settings.assets_url,
    )
    page, observe = settings.page, settings.observe
    islands = IslandCache(page.island_bytes)
    metrics = HostMetrics(
        client.stats,
        most_fragments=observe.metrics_fragments,
        most_releases=observe.metrics_releases,
        folder=observe.metrics_dir,
        caches={"islands": islands.stats},
    )
    development = app.debug if page.development is None else page.development
    composition = Composition(
        client=client,
        pool=SlotPool(page.slot_threads, page.fragment_concurrency, page.slot_queue),
        heads=HeadWriter(
            client.assets, client.assets_url, _bus_attributes(app.name, page), development
        ),
        islands=islands,
        fragment_timeout=page.fragment_timeout,
        page_timeout=page.page_timeout,
        guard=client.guard,
        observer=HostObserver(metrics),
        stream=page.stream,
        show_errors=page.show_errors or app.debug,
    )
    security = PageSecurity(settings, own_url)
    return HostState(settings, composition, metrics, Readiness(client), security)


def _bus_attributes(app_name: str, page: PageSettings) -> dict[str, str] | None:
    if not page.bus:
        return None
    retain = {"data-retain": canonical_json(page.bus_retain)} if page.bus_retain else {}
    return {"data-app-id": app_name, **retain}


def current_state() -> HostState:
    """Return the current app's state; `ConfigurationError` where the app is not bound."""
    try:
        state: HostState = current_app.extensions[EXTENSION]
    except KeyError:
        raise ConfigurationError(
            f"The app {current_app.name!r} has no Tiny Mosaic. "
            "Bind it with TinyFrontends(app) or tiny.init_app(app)"
        ) from None
    return state


def new_page() -> Page:
    """Return an empty page of the current app, for the current request."""
    # A HEAD request is answered by what is known without work.
    return Page(current_state().composition, idle=request.method == "HEAD")


def page_response(page: Page, text: str) -> Response:
    """Return the response that sends `text` with the marks of `page` replaced."""
    state = current_state()
    settings = state.settings
    page.compose(text)
    if settings.page.early_hints:
        send_early_hints(page, request.environ)
    # The nonce is new in each response, so a shared cache may not hand one out twice.
    headers = [("Cache-Control", "private, no-cache"), *state.security.headers(page.nonce)]
    return PageResponse(page, settings.compression, headers)

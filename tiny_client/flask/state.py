"""What the extension keeps for one app, and how a page of it becomes a response."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, current_app

from tiny_client.client import TinyClient
from tiny_client.composition import Composition, Page, SlotOutcome, SlotPool, SlotRequest
from tiny_client.csp import content_security_policy, origin_of
from tiny_client.errors import ConfigurationError
from tiny_client.html import canonical_json
from tiny_client.metrics import SlotMetrics
from tiny_client.settings import HostSettings, PageSettings

__all__ = ["EXTENSION", "HostState", "current_state", "make_state", "new_page", "page_response"]

EXTENSION = "tiny_mosaic"


@dataclass(frozen=True, slots=True)
class HostState:
    """Settings, composition and metrics of one app, in `app.extensions["tiny_mosaic"]`."""

    settings: HostSettings
    composition: Composition
    metrics: SlotMetrics

    def close(self) -> None:
        """Stop the threads and workers."""
        self.composition.pool.close()
        self.composition.client.close()


def make_state(app: Flask, settings: HostSettings) -> HostState:
    """Build the client and the composition that `settings` ask for; no I/O happens yet."""
    own_url = str(app.config.get("APPLICATION_ROOT") or "").rstrip("/")
    client = TinyClient(
        settings.api_url,
        loader=settings.loader,
        retry_policy=settings.retry,
        engine=settings.engine,
        rendered_bytes=settings.page.rendered_bytes,
        assets_url=own_url if settings.assets_url is None else settings.assets_url,
    )
    metrics = SlotMetrics()

    def count(request: SlotRequest, outcome: SlotOutcome) -> None:
        metrics.count(request.name, request.contract_version, outcome.kind, outcome.seconds)

    composition = Composition(
        client=client,
        pool=SlotPool(settings.page.slot_threads),
        fragment_timeout=settings.page.fragment_timeout,
        page_timeout=settings.page.page_timeout,
        bus=_bus_attributes(app.name, settings.page),
        development=app.debug if settings.page.development is None else settings.page.development,
        show_errors=settings.page.show_errors or app.debug,
        on_slot=count,
    )
    return HostState(settings, composition, metrics)


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
    """Return an empty page of the current app."""
    return Page(current_state().composition)


def page_response(page: Page, text: str) -> Response:
    """Return the response that streams `text` with the marks of `page` replaced."""
    settings = current_state().settings
    response = Response(page.stream(text), mimetype="text/html")
    if settings.page.csp:
        origins = (origin_of(settings.api_url), origin_of(settings.assets_url or ""))
        response.headers["Content-Security-Policy"] = content_security_policy(
            page.nonce,
            list(dict.fromkeys(origin for origin in origins if origin)),
            settings.page.csp_directives,
        )
    # The nonce is new in each response, so a shared cache may not hand one out twice.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

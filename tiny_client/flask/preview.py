"""The preview page: one fragment alone, with the props of the query, as the registry has it now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from flask import Response, abort, render_template, request
from markupsafe import Markup

from tiny_client.composition import Page, SlotRequest
from tiny_client.errors import RenderError
from tiny_client.flask.state import current_state, page_response
from tiny_client.html import HYDRATION_STRATEGIES, canonical_json

__all__ = ["preview"]

_FALLBACK = Markup('<p class="tiny-preview-fallback">A page shows its fallback here.</p>')


def preview(name: str, contract_version: str) -> Response:
    """Answer with the fragment, or with the fallback and the error; 400 for a bad query.

    The query has `props` (a JSON object), `export`, `hydrate` and `release` (an exact release;
    left out, the registry is asked which one is current, past every cache).
    """
    props_text = request.args.get("props") or "{}"
    hydrate = request.args.get("hydrate", "load")
    if hydrate not in HYDRATION_STRATEGIES:
        abort(400, f"hydrate must be one of {', '.join(HYDRATION_STRATEGIES)}, not {hydrate!r}")
    # Not counted: whoever asks chooses the name, and each name would be a metric of its own.
    # Nor does it count for the breaker, which would keep a developer from trying again.
    page = Page(replace(current_state().composition, observer=None, guard=None, stream=False))
    slot = page.open_slot(
        SlotRequest(
            name=name,
            contract_version=contract_version,
            props_json=canonical_json(_parse_props(props_text)),
            export=request.args.get("export") or None,
            hydrate=hydrate,
            fallback=_FALLBACK,
            cache_ttl=0,
            release=request.args.get("release") or None,
        )
    )
    outcome = page.outcome(slot)
    error = outcome.error
    text = render_template(
        "tiny_preview.html",
        name=name,
        contract_version=contract_version,
        config=outcome.fragment.config if outcome.fragment else None,
        stale=outcome.fragment.stale if outcome.fragment else False,
        milliseconds=round(outcome.seconds * 1000, 1),
        kilobytes=round(len(outcome.html) / 1024, 1),
        error=error,
        error_kind=type(error).__name__,
        js_stack=error.js_stack if isinstance(error, RenderError) else "",
        props=props_text,
        export=request.args.get("export", ""),
        hydrate=hydrate,
        strategies=HYDRATION_STRATEGIES,
        nonce=page.nonce,
        head=page.head_mark(),
        slot=page.slot_mark(slot),
    )
    return page_response(page, text)


def _parse_props(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        abort(400, f'props must be a JSON object such as {{"items": []}}: {error}')

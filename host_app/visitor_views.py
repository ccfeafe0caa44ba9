"""Logging in and out, and choosing theme and language: forms that any browser can post.

The shop's script posts the same forms, asks for JSON, and gets the visitor's state instead of a
redirect: `{"shop:cart": …, "shop:session": …, "shop:preferences": …}`.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from host_app.same_site import refuse_other_sites, return_path
from host_app.user import User
from host_app.visitor import load_preferences, log_in, log_out, save_preferences, shared_state

__all__ = ["blueprint"]

blueprint = Blueprint("visitor", __name__)
blueprint.before_request(refuse_other_sites)


@blueprint.post("/login")
def login() -> AnyResponse:
    """Log in by the field `name`."""
    try:
        log_in(User.from_name(request.form.get("name")))
    except ValueError as error:
        abort(400, str(error))
    return _answer()


@blueprint.post("/logout")
def logout() -> AnyResponse:
    """Log out; the cart stays."""
    log_out()
    return _answer()


@blueprint.post("/preferences")
def preferences() -> AnyResponse:
    """Take over the fields `theme` and `locale`, or the one of them that is there."""
    try:
        changed = load_preferences().changed(request.form.get("theme"), request.form.get("locale"))
    except ValueError as error:
        abort(400, str(error))
    g.shop_preferences = changed
    answer = _answer()
    save_preferences(answer, changed)
    return answer


@blueprint.get("/visitor")
def visitor() -> Response:
    """Answer with the visitor's state, for a page that may have missed a change."""
    return _state()


def _answer() -> AnyResponse:
    offered = ("text/html", "application/json")
    if request.accept_mimetypes.best_match(offered, offered[0]) == "application/json":
        return _state()
    return redirect(return_path(request, otherwise=url_for("pages.home")), 303)


def _state() -> Response:
    response = jsonify(shared_state())
    response.headers["Cache-Control"] = "private, no-store"
    return response

"""Addresses of the shop's static files: with a hash, so that browsers keep them for a year."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, request, url_for
from werkzeug.wrappers import Response

__all__ = ["BuiltScript", "built_script", "init_app"]

log = logging.getLogger("host_app")

_HASH_DIGITS = 12
_YEAR_SECONDS = 31_536_000


@dataclass(frozen=True, slots=True)
class BuiltScript:
    """The browser script that the build made; `integrity` is its Subresource Integrity value."""

    file: str
    integrity: str


def init_app(app: Flask) -> None:
    """Give the templates `static_url(file)` and `shop_script`, and the files long caching."""
    folder = Path(app.static_folder or "")
    versions = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:_HASH_DIGITS]
        for file in folder.iterdir()
        if file.is_file()
    }

    def static_url(file: str) -> str:
        return url_for("static", filename=file, v=versions[file])

    app.jinja_env.globals.update(static_url=static_url, shop_script=built_script(folder))
    app.after_request(_keep_for_long)


def built_script(folder: Path) -> BuiltScript | None:
    """Return what the build wrote into the static `folder`, or None where it has not run."""
    manifest = folder / "built" / "manifest.json"
    try:
        entry = json.loads(manifest.read_text("utf-8"))["shop"]
        return BuiltScript(file=f"built/{entry['file']}", integrity=entry["integrity"])
    except FileNotFoundError:
        log.warning("The shop runs without its script: run `npm run build` to make %s", manifest)
        return None


def _keep_for_long(response: Response) -> Response:
    built = request.path.startswith("/static/built/")
    hashed = "v" in request.args or built
    if request.endpoint == "static" and hashed and response.status_code in (200, 304):
        response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
    return response

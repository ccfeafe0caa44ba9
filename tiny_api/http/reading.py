"""Routes that read: configs, bundles, lists."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

import msgspec
from flask import Blueprint, Response, request

from tiny_api import reads
from tiny_api.grammar import (
    NAME_RULE,
    PAGE_DEFAULT,
    PAGE_MAX,
    VERSION_RULE,
    is_bundle_file,
    is_name,
    is_version,
)
from tiny_api.http.negotiation import chosen_encoding
from tiny_api.http.problems import Problem
from tiny_api.http.state import registry
from tiny_api.reads import StoredBundle

IMMUTABLE: Final = "public, max-age=31536000, immutable"
ALWAYS_ASK: Final = "no-cache, max-age=0"

blueprint = Blueprint("reading", __name__)


@blueprint.get("/tiny/latest/<name>/<contract_version>")
def latest(name: str, contract_version: str) -> Response:
    """Answer with the config of the current release."""
    _check_line(name, contract_version)
    config = reads.latest_config(registry().engine, name, contract_version)
    if config is None:
        raise _unknown_line(name, contract_version)
    return _config_response(config, ALWAYS_ASK)


@blueprint.get("/tiny/releases/<name>/<contract_version>/<release>")
def exact(name: str, contract_version: str, release: str) -> Response:
    """Answer with the config of one release, which never changes."""
    _check_line(name, contract_version)
    _check("release", release, is_version(release), VERSION_RULE)
    config = reads.exact_config(registry().engine, name, contract_version, release)
    if config is None:
        raise Problem(
            404,
            f"There is no release {release} of {name} {contract_version}. See "
            f"/tiny/releases/{name}/{contract_version} for those there are.",
            kind="unknown-release",
        )
    return _config_response(config, IMMUTABLE)


@blueprint.get("/tiny/releases/<name>/<contract_version>")
def releases(name: str, contract_version: str) -> Response:
    """List the releases of one fragment and contract version, the newest first."""
    _check_line(name, contract_version)
    _check_query({"limit", "before"})
    before = request.args.get("before")
    if before is not None:
        _check("before", before, is_version(before), VERSION_RULE)
    page = reads.release_page(
        registry().engine, name, contract_version, limit=_limit(), before=before
    )
    if page is None:
        raise _unknown_line(name, contract_version, before)
    return _json(
        {
            "name": name,
            "contractVersion": contract_version,
            "releases": page.items,
            "next": page.next,
        }
    )


@blueprint.get("/tiny/fragments")
def fragments() -> Response:
    """All fragments by name, with what is current."""
    _check_query({"limit", "after", "name"})
    given = {key: request.args[key] for key in ("after", "name") if key in request.args}
    for key, text in given.items():
        _check(key, text, is_name(text), NAME_RULE)
    page = reads.fragment_page(registry().engine, limit=_limit(), **given)
    return _json({"fragments": page.items, "next": page.next})


@blueprint.get("/tiny/bundle/<file>")
def bundle(file: str) -> Response:
    """One immutable file, in the content encoding that suits the client best."""
    if not is_bundle_file(file):
        raise Problem(
            400,
            f"{file[:200]!r} is not the name of a bundle. A config says which names there are.",
            kind="bad-parameter",
        )
    facts = _facts(file)
    encoding = chosen_encoding(request.headers.get("Accept-Encoding", ""), facts.sizes)
    response = Response(mimetype=None)
    headers = response.headers
    etag = f"{facts.sha384[:32]}-{encoding}"
    headers["ETag"] = f'"{etag}"'
    headers["Cache-Control"] = IMMUTABLE
    headers["Vary"] = "Accept-Encoding"
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    headers["Timing-Allow-Origin"] = "*"
    if request.if_none_match.contains_weak(etag):
        return _not_modified(response)
    headers["Content-Type"] = facts.media_type
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    if request.method == "HEAD":
        headers["Content-Length"] = str(facts.sizes[encoding])
        response.automatically_set_content_length = False
    else:
        response.set_data(_body(facts.sha384, encoding))
    return response


def _facts(file: str) -> StoredBundle:
    this = registry()
    facts = this.cache.facts(file)
    if facts is None:
        facts = reads.stored_bundle(this.engine, file)
        if facts is None:
            raise Problem(
                404, f"There is no bundle {file}. Ask for the config again.", kind="unknown-bundle"
            )
        this.cache.keep_facts(file, facts)
    return facts


def _body(sha384: str, encoding: str) -> bytes:
    this = registry()
    body = this.cache.body(sha384, encoding)
    this.metrics.bundle_reads.labels("database" if body is None else "memory").inc()
    if body is None:
        body = reads.bundle_body(this.engine, sha384, encoding)
        this.cache.keep_body(sha384, encoding, body)
        this.metrics.cache_bytes.set(this.cache.size_bytes)
    return body


def _config_response(config: str, cache_control: str) -> Response:
    body = config.encode()
    etag = sha256(body).hexdigest()[:32]
    response = Response(mimetype="application/json")
    response.headers["ETag"] = f'"{etag}"'
    response.headers["Cache-Control"] = cache_control
    if request.if_none_match.contains_weak(etag):
        return _not_modified(response)
    response.set_data(body)
    return response


def _not_modified(response: Response) -> Response:
    response.status_code = 304
    for name in ("Content-Type", "Content-Length"):
        response.headers.pop(name, None)
    return response


def _json(value: Any) -> Response:
    response = Response(msgspec.json.encode(value), mimetype="application/json")
    response.headers["Cache-Control"] = ALWAYS_ASK
    return response


def _check_line(name: str, contract_version: str) -> None:
    _check("name", name, is_name(name), NAME_RULE)
    _check("contractVersion", contract_version, is_version(contract_version), VERSION_RULE)


def _check(what: str, given: str, good: bool, rule: str) -> None:
    if not good:
        raise Problem(400, f"{what} is {given[:200]!r}. It must be {rule}.", kind="bad-parameter")


def _check_query(known: set[str]) -> None:
    for key in request.args:
        if key not in known:
            raise Problem(
                400,
                f"There is no parameter {key[:100]!r} here. Known: {', '.join(sorted(known))}.",
                kind="bad-parameter",
            )


def _limit() -> int:
    text = request.args.get("limit", str(PAGE_DEFAULT))
    good = text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= PAGE_MAX
    _check("limit", text, good, f"a whole number from 1 to {PAGE_MAX}")
    return int(text)


def _unknown_line(name: str, contract_version: str, before: str | None = None) -> Problem:
    which = "" if before is None else f" named {before}"
    return Problem(
        404,
        f"There is no release{which} of {name} {contract_version} in this registry. "
        "Deploy one with `tiny deploy`, or see /tiny/fragments for what there is.",
        kind="unknown-fragment",
    )

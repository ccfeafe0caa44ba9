"""The route that deploys."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from tiny_api import reads
from tiny_api.http.problems import Problem
from tiny_api.http.state import registry
from tiny_api.publishing import (
    Plan,
    Published,
    ReleaseConflictError,
    deployed_runtimes,
    plan_release,
    publish,
)
from tiny_api.tokens import Token, find_token
from tiny_api.upload import Upload, UploadInvalidError, UploadTooLargeError, read_upload

blueprint = Blueprint("deploying", __name__)

_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
_CHALLENGE: Final = 'Bearer realm="tiny"'


@blueprint.post("/tiny/releases")
def deploy() -> Response:
    """Store a release and make it current, all or nothing."""
    this = registry()
    # First of all, so that a stranger cannot make the registry read megabytes.
    author = _authenticated()
    upload = _upload()
    if not author.may_deploy(upload.name):
        this.metrics.deploys.labels("refused").inc()
        raise Problem(
            403,
            f"The token {author.name!r} is for {author.fragment} only, not for {upload.name}. "
            f"Use a token for {upload.name} or for all fragments.",
            kind="wrong-scope",
            headers={"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope"'},
        )
    plan = plan_release(upload, deployed_runtimes(this.engine))
    try:
        published = publish(this.engine, plan, author, this.settings.brotli_quality)
    except ReleaseConflictError as conflict:
        this.metrics.deploys.labels("conflict").inc()
        raise _conflict(conflict) from None
    this.metrics.deploys.labels("redeployed" if published.redeployed else "created").inc()
    return _created(plan, published)


def _authenticated() -> Token:
    match = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
    if match is None:
        raise _unauthenticated("Send a deploy token: Authorization: Bearer <token>.", "")
    token = find_token(registry().engine, match[1])
    if token is None:
        raise _unauthenticated("This registry does not know that token.", ', error="invalid_token"')
    if token.revoked_at is not None:
        raise _unauthenticated(f"The token {token.name!r} is revoked.", ', error="invalid_token"')
    return token


def _unauthenticated(detail: str, error: str) -> Problem:
    registry().metrics.deploys.labels("refused").inc()
    return Problem(
        401, detail, kind="not-authenticated", headers={"WWW-Authenticate": _CHALLENGE + error}
    )


def _upload() -> Upload:
    this = registry()
    if request.mimetype != "multipart/form-data":
        raise Problem(
            415,
            "A deploy is a form with files: send multipart/form-data.",
            headers={"Accept-Post": "multipart/form-data"},
        )
    try:
        return read_upload(request.form, request.files, this.settings)
    except UploadInvalidError as error:
        this.metrics.deploys.labels("refused").inc()
        raise Problem(
            422,
            " ".join(f"{each.problem} {each.remedy}" for each in error.errors),
            kind="invalid-release",
            title="The release cannot be deployed as it is",
            more={"errors": error.errors},
        ) from None
    except UploadTooLargeError as error:
        this.metrics.deploys.labels("refused").inc()
        raise Problem(
            413,
            f"{error.field} is larger than {error.limit_bytes} bytes. Make it smaller, or raise "
            "TINY_MAX_BUNDLE_BYTES where the registry runs.",
            kind="bundle-too-large",
            more={"field": error.field, "limitBytes": error.limit_bytes},
        ) from None
    except RequestEntityTooLarge:
        this.metrics.deploys.labels("refused").inc()
        limit = this.settings.max_request_bytes
        raise Problem(
            413,
            f"The form is too large: at most {limit} bytes in all, "
            f"{this.settings.max_form_text_bytes} of them outside files.",
            kind="request-too-large",
            more={"limitBytes": limit},
        ) from None
    finally:
        # Large files wait in temporary files of the operating system's.
        request.close()


def _conflict(conflict: ReleaseConflictError) -> Problem:
    return Problem(
        409,
        f"{conflict} Deploy it under another version, or leave the version out.",
        kind="release-exists",
        title="That release exists with other content",
        more={
            "release": conflict.plan.release,
            "existing": {
                "digest": conflict.existing_digest,
                "createdAt": reads.iso(conflict.existing_at),
                "deployedBy": conflict.existing_by,
            },
            "offered": {"digest": conflict.plan.given_digest},
        },
    )


def _created(plan: Plan, published: Published) -> Response:
    line = (plan.name, plan.contract_version, published.release)
    body: dict[str, Any] = msgspec.json.decode(published.config)
    body["bundles"] = reads.release_bundles(registry().engine, *line)
    body["createdAt"] = reads.iso(published.created_at)
    body["deployedBy"] = published.deployed_by
    body["previousRelease"] = published.previous
    body["redeployed"] = published.redeployed
    body["warnings"] = plan.warnings
    response = Response(msgspec.json.encode(body), 201, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = url_for(
        "reading.exact", name=line[0], contract_version=line[1], release=line[2]
    )
    return response

"""The registry's OpenAPI document; a test holds that it names every route there is."""

from __future__ import annotations

from typing import Any, Final

from tiny_api._product import VERSION as PRODUCT_VERSION
from tiny_api.grammar import BUNDLE_FILE, NAME, PAGE_DEFAULT, PAGE_MAX, VERSION
from tiny_api.http.openapi_schemas import exact, ref, schemas
from tiny_api.settings import RegistrySettings

_NAME: Final = {"name": "name", "in": "path", "required": True, "schema": exact(NAME)}
_CONTRACT: Final = {
    "name": "contract_version",
    "in": "path",
    "required": True,
    "schema": exact(VERSION),
}
_RELEASE: Final = {"name": "release", "in": "path", "required": True, "schema": exact(VERSION)}
_FILE: Final = {"name": "file", "in": "path", "required": True, "schema": exact(BUNDLE_FILE)}
_LIMIT: Final = {
    "name": "limit",
    "in": "query",
    "schema": {"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT},
}
_ETAG: Final = {"ETag": {"schema": {"type": "string"}}}


def document(settings: RegistrySettings) -> dict[str, Any]:
    """OpenAPI 3.1, with the limits of this registry."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tiny Mosaic registry",
            "version": PRODUCT_VERSION,
            "description": "Configs, bundles and deploys of fragments. Every answer allows every "
            "origin. Every GET also answers HEAD. Errors are application/problem+json.",
        },
        "paths": {
            "/tiny/latest/{name}/{contract_version}": _get(
                "latest", "The config of the current release.", _config(), _NAME, _CONTRACT
            ),
            "/tiny/bundle/{file}": _get(
                "bundle",
                "One immutable file, as br, zstd, gzip or as it is.",
                _bundle(),
                _FILE,
                {"name": "Accept-Encoding", "in": "header", "schema": {"type": "string"}},
            ),
            "/tiny/releases": {"post": _deploy(settings)},
            "/tiny/releases/{name}/{contract_version}": _get(
                "releases",
                "Releases, the newest first.",
                _answer("ReleaseList"),
                _NAME,
                _CONTRACT,
                _LIMIT,
                {
                    "name": "before",
                    "in": "query",
                    "schema": exact(VERSION),
                    "description": "A release id: list those before it.",
                },
            ),
            "/tiny/releases/{name}/{contract_version}/{release}": _get(
                "exact", "The config of one release.", _config(), _NAME, _CONTRACT, _RELEASE
            ),
            "/tiny/fragments": _get(
                "fragments",
                "Fragments by name, with what is current.",
                _answer("FragmentList"),
                _LIMIT,
                {
                    "name": "after",
                    "in": "query",
                    "schema": exact(NAME),
                    "description": "A name: list those after it.",
                },
                {
                    "name": "name",
                    "in": "query",
                    "schema": exact(NAME),
                    "description": "A name: list that one only.",
                },
                may_be_missing=False,
            ),
            "/healthz": _probe("healthz", "The process is alive."),
            "/readyz": _probe("readyz", "The process and its database answer."),
            "/metrics": {"get": _text("metrics", "Prometheus metrics.", "text/plain")},
            "/openapi.json": {"get": _text("openapi", "This document.", "application/json")},
        },
        "components": {
            "schemas": schemas(settings),
            "securitySchemes": {"deployToken": {"type": "http", "scheme": "bearer"}},
        },
    }


def _get(
    operation: str,
    summary: str,
    answer: dict[str, Any],
    *parameters: Any,
    may_be_missing: bool = True,
) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": answer, "400": _problem("A parameter breaks its grammar.")}
    if "ETag" in answer.get("headers", {}):
        responses["304"] = {"description": "What the client has is still right.", "headers": _ETAG}
        condition = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
        parameters = (*parameters, condition)
    if may_be_missing:
        responses["404"] = _problem("There is no such thing.")
    responses["503"] = _problem("The database is busy or away.")
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "parameters": list(parameters),
            "responses": responses,
        }
    }


def _probe(operation: str, summary: str) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": _answer("Status")}
    if operation == "readyz":
        responses["503"] = _problem("The database does not answer.")
    return {"get": {"operationId": operation, "summary": summary, "responses": responses}}


def _text(operation: str, summary: str, media_type: str) -> dict[str, Any]:
    schema = {"type": "object"} if media_type == "application/json" else {"type": "string"}
    answer = {"description": summary, "content": {media_type: {"schema": schema}}}
    return {"operationId": operation, "summary": summary, "responses": {"200": answer}}


def _answer(schema: str) -> dict[str, Any]:
    return {"description": schema, "content": {"application/json": {"schema": ref(schema)}}}


def _config() -> dict[str, Any]:
    return {**_answer("Config"), "headers": _ETAG}


def _bundle() -> dict[str, Any]:
    file = {"schema": {"type": "string"}}
    return {
        "description": "The file.",
        "headers": _ETAG,
        "content": {"application/javascript": file, "text/css": file},
    }


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": ref("Problem")}},
    }


def _deploy(settings: RegistrySettings) -> dict[str, Any]:
    location = {"Location": {"schema": {"type": "string"}}}
    return {
        "operationId": "deploy",
        "summary": "Store a release and make it current, all or nothing.",
        "security": [{"deployToken": []}],
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": ref("Deploy"),
                    "encoding": {"metadata": {"contentType": "application/json"}},
                }
            },
        },
        "responses": {
            "201": {**_answer("Release"), "headers": location},
            "401": _problem("No token, or none that this registry knows."),
            "403": _problem("The token is for another fragment."),
            "409": _problem("That release exists with other bytes or metadata."),
            "413": _problem(f"A bundle is over {settings.max_bundle_bytes} bytes, or the form is."),
            "415": _problem("The request is not multipart/form-data."),
            "422": _problem("`errors` lists all that is wrong."),
            "503": _problem("The database is busy or away."),
        },
    }

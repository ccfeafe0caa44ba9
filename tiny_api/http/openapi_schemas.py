"""The JSON schemas of what the API takes and answers."""

from __future__ import annotations

from typing import Any, Final

from tiny_api.grammar import BUNDLE_FILE, NAME, VERSION
from tiny_api.metadata import RESERVED
from tiny_api.settings import RegistrySettings

_INTEGRITY: Final = "^sha384-[A-Za-z0-9+/]{64}$"


def exact(pattern: str) -> dict[str, Any]:
    """Describe a string that matches `pattern` as a whole."""
    return {"type": "string", "pattern": f"^{pattern}$"}


def text(description: str = "") -> dict[str, Any]:
    """Describe any string."""
    return {"type": "string", "description": description} if description else {"type": "string"}


def ref(name: str) -> dict[str, str]:
    """Refer to one of `schemas()`."""
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: dict[str, Any], *optional: str, **more: Any) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, **more}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def schemas(settings: RegistrySettings) -> dict[str, Any]:
    """All schemas by name."""
    return {
        "Problem": _problem(),
        "Runtime": _object(
            {"name": exact(NAME), "contractVersion": exact(VERSION)}, additionalProperties=False
        ),
        "Config": _config(),
        "Bundle": _bundle(),
        "Release": _release(),
        "Metadata": _metadata(settings),
        "Deploy": _deploy(settings),
        "ReleaseList": _object(
            {
                "name": exact(NAME),
                "contractVersion": exact(VERSION),
                "releases": {"type": "array", "items": _listed_release()},
                "next": _nullable(exact(VERSION)),
            },
            additionalProperties=False,
        ),
        "FragmentList": _object(
            {
                "fragments": {"type": "array", "items": _listed_fragment()},
                "next": _nullable(exact(NAME)),
            },
            additionalProperties=False,
        ),
        "Status": _object({"status": {"enum": ["ok", "ready"]}}, additionalProperties=False),
    }


def _problem() -> dict[str, Any]:
    error = _object({"field": text(), "problem": text(), "remedy": text()})
    return _object(
        {
            "type": text("A URI that names the kind of problem, or about:blank."),
            "title": text(),
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": text("What went wrong and what to do about it."),
            "instance": text("The path that was asked for."),
            "errors": {"type": "array", "items": error, "description": "All that is wrong."},
        },
        "errors",
        description="RFC 9457. A kind may have further members.",
    )


def _config() -> dict[str, Any]:
    return _object(
        {
            "umdBundle": exact(BUNDLE_FILE),
            "cssBundle": exact(BUNDLE_FILE),
            "serverBundle": exact(BUNDLE_FILE),
            "name": exact(NAME),
            "release": exact(VERSION),
            "contractVersion": exact(VERSION),
            "integrity": {
                "type": "object",
                "propertyNames": exact(BUNDLE_FILE),
                "additionalProperties": {"type": "string", "pattern": _INTEGRITY},
            },
            "runtime": ref("Runtime"),
        },
        "cssBundle",
        "serverBundle",
        "runtime",
        description="Further members: other bundles, and the metadata as it was deployed.",
    )


def _bundle() -> dict[str, Any]:
    size = {"type": "integer", "minimum": 1}
    return _object(
        {
            "role": text(),
            "file": exact(BUNDLE_FILE),
            "mediaType": text(),
            "integrity": {"type": "string", "pattern": _INTEGRITY},
            "bytes": _object(
                {"identity": size, "br": size, "zstd": size, "gzip": size},
                additionalProperties=False,
                description="Bytes by content encoding.",
            ),
        },
        additionalProperties=False,
    )


def _release() -> dict[str, Any]:
    own = _object(
        {
            "bundles": {"type": "array", "items": ref("Bundle"), "minItems": 1},
            "createdAt": {"type": "string", "format": "date-time"},
            "deployedBy": text("The name of the token that first deployed it."),
            "previousRelease": _nullable(exact(VERSION)),
            "redeployed": {
                "type": "boolean",
                "description": "The release was there already, and is current again.",
            },
            "warnings": {"type": "array", "items": text()},
        }
    )
    return {"allOf": [ref("Config"), own]}


def _listed_release() -> dict[str, Any]:
    return _object(
        {
            "release": exact(VERSION),
            "current": {"type": "boolean"},
            "createdAt": {"type": "string", "format": "date-time"},
            "deployedBy": text(),
            "bundles": {"type": "array", "items": ref("Bundle")},
        },
        additionalProperties=False,
    )


def _listed_fragment() -> dict[str, Any]:
    line = _object(
        {
            "contractVersion": exact(VERSION),
            "release": exact(VERSION),
            "kind": text("runtime, or fragment where the metadata says nothing."),
            "changedAt": {"type": "string", "format": "date-time"},
        },
        additionalProperties=False,
    )
    return _object(
        {"name": exact(NAME), "contractVersions": {"type": "array", "items": line}},
        additionalProperties=False,
    )


def _metadata(settings: RegistrySettings) -> dict[str, Any]:
    names = {"type": "array", "items": {"type": "string"}}
    return {
        "type": "object",
        "description": f"JSON, at most {settings.max_metadata_bytes} bytes, nested at most "
        f"{settings.max_metadata_depth} deep. Goes into the config as it is. Not allowed at the "
        f"top: {', '.join(sorted(RESERVED))}, and names of bundles. Not allowed anywhere: "
        "__proto__, and integers beyond 2^53-1.",
        "properties": {
            "runtime": ref("Runtime"),
            "pure": {"type": "boolean"},
            "kind": exact(NAME),
            "modules": names,
            "exports": names,
            "version": exact(VERSION),
        },
    }


def _deploy(settings: RegistrySettings) -> dict[str, Any]:
    file = {
        "type": "string",
        "contentMediaType": "application/octet-stream",
        "minLength": 1,
        "maxLength": settings.max_bundle_bytes,
    }
    return {
        "type": "object",
        "properties": {
            "name": exact(NAME),
            "contractVersion": exact(VERSION),
            "version": {
                **exact(VERSION),
                "description": "The release id; without it one is made from the content.",
            },
            "metadata": ref("Metadata"),
            "umdBundle": {**file, "description": "UTF-8 JavaScript in UMD form."},
            "cssBundle": {**file, "description": "UTF-8 CSS."},
            "serverBundle": {**file, "description": "UTF-8 JavaScript for the server only."},
        },
        "required": ["name", "contractVersion", "umdBundle"],
        # Further bundles.
        "patternProperties": {"^[a-z][A-Za-z0-9]{0,30}Bundle$": file},
        "additionalProperties": False,
    }

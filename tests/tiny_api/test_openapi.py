"""The OpenAPI document is true: it names every route, and fuzzing finds no contradiction."""

from __future__ import annotations

import json
import re
from typing import Any

import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tiny_api.http.openapi import document
from tiny_api.settings import RegistrySettings


def test_every_route_is_described(app: Flask, settings: RegistrySettings) -> None:
    routes = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        (path, method)
        for path, operations in document(settings)["paths"].items()
        for method in operations
    }
    assert described == routes


def test_every_reference_leads_somewhere(client: FlaskClient) -> None:
    text = client.get("/openapi.json").text
    schemas = json.loads(text)["components"]["schemas"]
    assert {*re.findall(r"#/components/schemas/(\w+)", text)} == set(schemas)


def test_limits_are_those_of_the_settings() -> None:
    small = RegistrySettings(max_bundle_bytes=123)
    deploy = document(small)["components"]["schemas"]["Deploy"]
    assert deploy["properties"]["umdBundle"]["maxLength"] == 123


described = schemathesis.openapi.from_dict(document(RegistrySettings()))
briefly = hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_what_is_there_is_as_described(live_registry: Any, deploy: Any) -> None:
    metadata = json.dumps({"pure": True, "own": [1]})
    deploy(name="react", metadata='{"kind": "runtime", "modules": []}')
    file = deploy(version="1", cssBundle=b"a{}", metadata=metadata).json["cssBundle"]
    values = {"name": "Cart", "contract_version": "1.0.0", "release": "1", "file": file}
    for path, operations in document(RegistrySettings())["paths"].items():
        if "get" not in operations:
            continue
        case = described[path]["GET"].Case(
            path_parameters={key: values[key] for key in re.findall(r"{(\w+)}", path)}
        )
        answer = case.call(base_url=live_registry.url)
        assert answer.status_code == 200
        case.validate_response(answer)


@described.parametrize()
@briefly
def test_no_request_contradicts_the_document(case: Case, live_registry: Any) -> None:
    case.call_and_validate(base_url=live_registry.url)


@described.parametrize()
@briefly
def test_no_request_with_a_token_contradicts_the_document(case: Case, live_registry: Any) -> None:
    headers = {"Authorization": f"Bearer {live_registry.token}"}
    # A schema cannot say that `version` equals `metadata.version`, or which keys are reserved.
    beyond_schemas = [positive_data_acceptance] if case.method == "POST" else []
    case.call_and_validate(
        base_url=live_registry.url, headers=headers, excluded_checks=beyond_schemas
    )

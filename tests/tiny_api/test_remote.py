"""Talking to a registry, and to what is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tiny_api.deploy import deploy_project
from tiny_api.errors import RegistryError
from tiny_api.remote import ATTEMPTS, Remote


@pytest.fixture
def cart(tmp_path: Path) -> Path:
    folder = tmp_path / "cart"
    (folder / "dist").mkdir(parents=True)
    (folder / "tiny.json").write_text('{"name": "Cart", "contractVersion": "1.0.0"}')
    (folder / "dist/cart.umd.js").write_text("define(['react'], f)")
    return folder


def test_a_project_is_deployed_from_python(cart: Path, live_registry: Any) -> None:
    first = deploy_project(cart, live_registry.url, live_registry.token, metadata={"pure": True})
    assert first.previous is None
    assert first.runtime == "react 19"
    assert [each.role for each in first.bundles] == ["umdBundle"]
    again = deploy_project(str(cart), live_registry.url + "/", live_registry.token, version="2")
    assert (again.previous, again.release) == (first.release, "2")
    with Remote(live_registry.url) as remote:
        assert remote.current_release("Cart", "1.0.0") == "2"
        assert remote.current_release("Cart", "2.0.0") is None
        assert remote.contract_versions("Cart") == ("1.0.0",)
        assert remote.contract_versions("Nothing") == ()


def test_a_netrc_does_not_replace_the_token(
    cart: Path, live_registry: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert deploy_project(cart, live_registry.url, live_registry.token).release


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://host", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(RegistryError, match="TINY_API_URL"):
        Remote(url)


def test_nobody_listening_says_how_to_start_one() -> None:
    with (
        pytest.raises(RegistryError, match=r"cannot be reached.*tiny api") as caught,
        Remote("http://127.0.0.1:9") as remote,
    ):
        remote.current_release("Cart", "1")
    assert caught.value.status is None


def test_a_redirect_is_not_followed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/tiny/latest/Cart/1").respond_with_data(
        status=302, headers={"Location": "http://elsewhere.example/"}
    )
    with (
        pytest.raises(RegistryError, match="redirects to http://elsewhere"),
        Remote(httpserver.url_for("")) as remote,
    ):
        remote.current_release("Cart", "1")


@pytest.mark.parametrize("body", ["<html>", "[]", "\xff"])
def test_something_that_is_no_registry_is_recognised(httpserver: HTTPServer, body: str) -> None:
    httpserver.expect_request("/tiny/latest/Cart/1").respond_with_data(body)
    with (
        pytest.raises(RegistryError, match="something else"),
        Remote(httpserver.url_for("")) as remote,
    ):
        remote.current_release("Cart", "1")


def test_the_config_of_a_reference_registry_names_no_release(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/tiny/latest/Cart/1").respond_with_json({"umdBundle": "a.js"})
    with Remote(httpserver.url_for("")) as remote:
        assert remote.current_release("Cart", "1") is None


def test_a_busy_registry_is_asked_again(httpserver: HTTPServer) -> None:
    statuses = [503, 503, 200]

    def answer(_request: Request) -> Response:
        return Response('{"release": "7"}', statuses.pop(0))

    httpserver.expect_request("/tiny/latest/Cart/1").respond_with_handler(answer)
    with Remote(httpserver.url_for("")) as remote:
        assert remote.current_release("Cart", "1") == "7"


@pytest.mark.parametrize(("status", "calls"), [(503, ATTEMPTS), (500, 1), (401, 1)])
def test_only_what_may_pass_is_tried_again(httpserver: HTTPServer, status: int, calls: int) -> None:
    httpserver.expect_request("/tiny/latest/Cart/1").respond_with_data("no", status=status)
    with pytest.raises(RegistryError) as caught, Remote(httpserver.url_for("")) as remote:
        remote.current_release("Cart", "1")
    assert caught.value.status == status
    assert len(httpserver.log) == calls

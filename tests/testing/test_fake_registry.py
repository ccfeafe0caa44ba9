"""The fake registry answers like a real one, and misbehaves when it is told to."""

from __future__ import annotations

import http.client
import json

import pytest

import tiny_client.testing as package
from tiny_client.testing import FakeRegistry


def test_config_bundles_and_exact_release_are_answered(registry, get):
    release = registry.deploy(
        "Cart", "1.0.0", umd="cart()", css=".c{}", server="s()", metadata={"pure": True}
    )
    status, headers, body = get("/tiny/latest/Cart/1.0.0")
    config = json.loads(body)
    assert status == 200
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-cache, max-age=0"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert (config["name"], config["contractVersion"]) == ("Cart", "1.0.0")
    assert (config["release"], config["pure"]) == (release, True)
    assert set(config["integrity"]) == {
        config[key] for key in ("umdBundle", "cssBundle", "serverBundle")
    }
    status, headers, body = get(f"/tiny/bundle/{config['cssBundle']}")
    assert (status, body) == (200, b".c{}")
    assert headers["Content-Type"].startswith("text/css")
    assert "immutable" in headers["Cache-Control"]
    assert json.loads(get(f"/tiny/releases/Cart/1.0.0/{release}")[2]) == config


def test_what_is_not_there_is_404_with_a_readable_body(registry, get):
    for path in ("/", "/tiny/latest/Cart/1.0.0", "/tiny/bundle/x.js", "/tiny/releases/a/1/r"):
        status, headers, body = get(path)
        assert status == 404
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert json.loads(body)["detail"]


def test_unchanged_config_is_304(registry, get):
    registry.deploy("Cart", "1.0.0", umd="1")
    tag = get("/tiny/latest/Cart/1.0.0")[1]["ETag"]
    assert get("/tiny/latest/Cart/1.0.0", {"If-None-Match": tag})[0] == 304
    registry.deploy("Cart", "1.0.0", umd="2")
    assert get("/tiny/latest/Cart/1.0.0", {"If-None-Match": tag})[0] == 200


def test_head_and_options_have_no_body(registry, get):
    registry.deploy("Cart", "1.0.0", umd="1")
    status, headers, body = get("/tiny/latest/Cart/1.0.0", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0
    status, headers, _ = get("/tiny/latest/Cart/1.0.0", method="OPTIONS")
    assert (status, headers["Access-Control-Allow-Origin"]) == (204, "*")


def test_same_bytes_are_the_same_release(registry):
    first = registry.deploy("Cart", "1.0.0", umd="1")
    second = registry.deploy("Cart", "1.0.0", umd="2")
    assert registry.deploy("Cart", "1.0.0", umd="1") == first != second


def test_earlier_release_can_be_made_current(registry):
    first = registry.deploy("Cart", "1.0.0", umd="1")
    registry.deploy("Cart", "1.0.0", umd="2")
    registry.make_current("Cart", "1.0.0", first)
    assert registry.release("Cart", "1.0.0").release == first
    with pytest.raises(KeyError):
        registry.make_current("Cart", "1.0.0", "unknown")


def test_requests_are_logged(registry, get):
    get("/tiny/latest/Cart/1.0.0", {"X-Request-Id": "7"})
    (request,) = registry.requests
    assert (request.method, request.path) == ("GET", "/tiny/latest/Cart/1.0.0")
    assert request.headers["x-request-id"] == "7"


def test_fault_holds_until_it_is_healed(registry, get):
    registry.deploy("Cart", "1.0.0", umd="1")
    registry.fail_with(503, retry_after="9")
    status, headers, _ = get("/tiny/latest/Cart/1.0.0")
    assert (status, headers["Retry-After"]) == (503, "9")
    registry.fail_with(None)
    assert get("/tiny/latest/Cart/1.0.0")[0] == 200


def test_fault_can_be_limited_to_some_paths(registry, get):
    registry.deploy("Cart", "1.0.0", umd="1")
    bundle = registry.release("Cart", "1.0.0").config["umdBundle"]
    registry.fail_with(500, only="/tiny/bundle/")
    assert get("/tiny/latest/Cart/1.0.0")[0] == 200
    assert get(f"/tiny/bundle/{bundle}")[0] == 500


def test_connections_are_refused_while_it_is_down_and_the_port_stays(registry, get):
    url = registry.url
    registry.deploy("Cart", "1.0.0", umd="1")
    registry.down()
    with pytest.raises(ConnectionRefusedError):
        get("/tiny/latest/Cart/1.0.0")
    registry.down()
    registry.up()
    registry.up()
    assert registry.url == url
    assert get("/tiny/latest/Cart/1.0.0")[0] == 200


def test_open_connection_ends_when_it_goes_down(registry):
    connection = http.client.HTTPConnection(registry.url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/x")
    connection.getresponse().read()
    registry.down()
    assert connection.sock.recv(10) == b""
    connection.close()


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_fault_that_waits_ends_with_the_registry(fault):
    with FakeRegistry() as registry:
        getattr(registry, fault)()
        registry.latency = 0.01
        connection = http.client.HTTPConnection(registry.url.removeprefix("http://"), timeout=10)
        connection.request("GET", "/tiny/latest/Cart/1.0.0")
        while not registry.requests:
            pass
    connection.close()


def test_dripping_answer_is_whole_in_the_end(registry, get):
    registry.deploy("Cart", "1.0.0", umd="1")
    registry.drip("body", interval=0.0001)
    assert json.loads(get("/tiny/latest/Cart/1.0.0")[2])["name"] == "Cart"


def test_cut_answer_is_incomplete(registry, get):
    registry.deploy("Cart", "1.0.0", umd="1")
    registry.cut()
    with pytest.raises(http.client.IncompleteRead):
        get("/tiny/latest/Cart/1.0.0")


def test_url_of_a_registry_that_does_not_run_says_what_to_do():
    with pytest.raises(RuntimeError, match="with statement"):
        _ = FakeRegistry().url


# Folders


@pytest.fixture
def project(tmp_path):
    (tmp_path / "dist").mkdir()
    (tmp_path / "tiny.json").write_text(
        json.dumps({"name": "Cart", "contractVersion": "1.0.0", "metadata": {"pure": True}})
    )
    return tmp_path


def test_folder_is_deployed_with_what_is_in_dist(registry, project, get):
    (project / "dist" / "cart.umd.js").write_text("cart()")
    (project / "dist" / "cart.es.js").write_text("export {}")
    (project / "dist" / "cart.css").write_text(".cart{}")
    release = registry.deploy_folder(project)
    config = json.loads(get("/tiny/latest/Cart/1.0.0")[2])
    assert (config["release"], config["pure"]) == (release, True)
    assert get(f"/tiny/bundle/{config['umdBundle']}")[2] == b"cart()"
    assert get(f"/tiny/bundle/{config['cssBundle']}")[2] == b".cart{}"


def test_only_script_in_dist_is_the_bundle(registry, project):
    (project / "dist" / "index.js").write_text("cart()")
    assert registry.deploy_folder(str(project))


def test_bundles_that_tiny_json_names_are_deployed(registry, project):
    (project / "dist" / "browser.js").write_text("b")
    (project / "dist" / "server.js").write_text("s")
    described = json.loads((project / "tiny.json").read_text())
    described["bundles"] = {"umdBundle": "dist/browser.js", "serverBundle": "dist/server.js"}
    (project / "tiny.json").write_text(json.dumps(described))
    registry.deploy_folder(project)
    assert "serverBundle" in registry.release("Cart", "1.0.0").config
    described["bundles"] = {"esBundle": "dist/browser.js"}
    (project / "tiny.json").write_text(json.dumps(described))
    with pytest.raises(ValueError, match="esBundle"):
        registry.deploy_folder(project)


def test_folder_without_a_clear_bundle_says_what_to_do(registry, project):
    with pytest.raises(FileNotFoundError, match="Build the fragment first"):
        registry.deploy_folder(project)
    for name in ("a.js", "b.js"):
        (project / "dist" / name).write_text("x")
    with pytest.raises(ValueError, match=r"a\.js, b\.js"):
        registry.deploy_folder(project)


def test_all_is_what_is_exported():
    modules = {"folders", "leaks", "registry", "serving"}
    public = {name for name in vars(package) if not name.startswith("_")} - modules
    assert public == set(package.__all__)

"""Composed pages as a browser gets them: the headers, and integrity on every asset."""

from __future__ import annotations

from html.parser import HTMLParser


class Assets(HTMLParser):
    """Collects what a page has the browser fetch, and its inline scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fetched: list[dict[str, str | None]] = []
        self.inline: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "link" or (tag == "script" and "src" in values):
            self.fetched.append(values)
        elif tag == "script" and values.get("type") != "application/json":
            self.inline.append(values)


def test_every_script_and_style_sheet_of_a_page_has_its_integrity(make_app):
    page = make_app().test_client().get("/").text
    assets = Assets(page)
    assert "Hello Ada" in page
    # A style sheet, two preloads (bundle, runtime), the bus and the browser half.
    assert len(assets.fetched) >= 5
    for asset in assets.fetched:
        where = str(asset.get("src") or asset.get("href"))
        assert str(asset.get("integrity")).startswith("sha384-"), where


def test_every_script_of_a_page_carries_its_nonce(make_app):
    response = make_app().test_client().get("/")
    nonce = response.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    assets = Assets(response.text)
    scripts = [one for one in assets.fetched if "src" in one] + assets.inline
    assert len(scripts) >= 3
    assert {script["nonce"] for script in scripts} == {nonce}


def test_headers_reach_the_response(make_app):
    headers = make_app(TINY_REFERRER_POLICY="same-origin").test_client().get("/").headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "'strict-dynamic'" in headers["Content-Security-Policy"]


def test_app_below_a_path_is_told_there(make_app):
    app = make_app(TINY_CSP_REPORTS=True, APPLICATION_ROOT="/shop")
    headers = app.test_client().get("/").headers
    assert headers["Reporting-Endpoints"] == 'tiny="/shop/tiny/reports"'


def test_preview_has_them_too(make_app):
    headers = make_app(TINY_PREVIEW=True).test_client().get("/tiny/preview/Greeting/1.0.0").headers
    assert "Permissions-Policy" in headers
    assert "Content-Security-Policy" in headers


def test_nothing_of_a_visitor_reaches_the_registry_but_the_id_of_the_request(make_app, registry):
    visitor = {
        "Cookie": "session=secret",
        "Authorization": "Bearer secret",
        "Accept-Language": "de",
        "X-Forwarded-For": "203.0.113.7",
        "Referer": "http://visitor.test/private",
        "X-Request-Id": "visit-1",
    }
    assert "Hello Ada" in make_app().test_client().get("/", headers=visitor).text
    assert registry.requests
    ours = {"host", "accept", "accept-encoding", "user-agent", "connection", "x-request-id"}
    for request in registry.requests:
        assert set(request.headers) <= ours
        assert "secret" not in str(request.headers)

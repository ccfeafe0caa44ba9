"""Trusted Types enforced: pages come alive, and text that becomes script by itself is stopped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Watch
from e2e.site import Site
from e2e.test_pages import product_path, wait_until_active

PLAIN = {"runtime": {"name": "plain", "contractVersion": "1"}}


def umd(name: str, code: str) -> str:
    """Return a bundle in the form that both the engine and the browser take."""
    return (
        "(function(root, make) {"
        " if (typeof module === 'object') module.exports = make();"
        f" else (root.tinyFrontendExports ||= {{}}).{name} = make();"
        f"}})(typeof globalThis === 'object' ? globalThis : this, () => ({code}));"
    )


@pytest.fixture(scope="module")
def strict(tmp_path_factory) -> Iterator[Site]:
    """The shop under `require-trusted-types-for 'script'`, with its reports taken."""
    folder = tmp_path_factory.mktemp("strict")
    settings = {
        "TINY_TRUSTED_TYPES": "enforce",
        "TINY_CSP_REPORTS": "true",
        # Those of report-to come a minute later.
        "TINY_CSP_DIRECTIVES": '{"report-to": null}',
    }
    with Site(folder, **settings) as site:
        yield site


def test_fragments_of_every_framework_come_alive(page: Page, strict: Site, watch: Watch):
    page.goto(product_path(page, strict.host.url))
    wait_until_active(page)
    assert page.locator("tiny-fragment[status=active]").count() > 0
    page.goto(strict.host.url)
    wait_until_active(page)
    assert watch.violations() == []
    assert watch.problems == []


def test_fragment_without_server_html_is_shown_by_its_own_policy(
    page: Page, strict: Site, watch: Watch
):
    strict.deploy("Word", umd("Word", "{render: (p) => `<b>${p.word}</b>`}"), metadata=PLAIN)
    page.goto(strict.host.url)
    page.evaluate(
        """(api) => {
            const element = document.createElement("tiny-fragment");
            element.setAttribute("name", "Word");
            element.setAttribute("contract-version", "1.0.0");
            element.setAttribute("api", api);
            element.setAttribute("hydrate", "load");
            element.props = {word: "alive"};
            document.body.append(element);
        }""",
        strict.registry.url,
    )
    expect(page.locator("tiny-fragment[name=Word] b")).to_have_text("alive")
    assert watch.violations() == []


def test_text_that_becomes_html_or_script_is_stopped_and_reported(
    page: Page, strict: Site, watch: Watch
):
    page.goto(strict.host.url)
    with page.expect_response("**/tiny/reports") as reported:
        stopped = page.evaluate(
            """() => {
                const sinks = [
                    () => { document.createElement("div").innerHTML = "<img onerror=alert(1)>"; },
                    () => { document.createElement("script").src = "https://evil.test/x.js"; },
                    () => { window.trustedTypes.createPolicy("evil", {}); },
                ];
                return sinks.map((sink) => { try { sink(); } catch { return true; } });
            }"""
        )
    assert stopped == [True, True, True]
    assert reported.value.status == 204
    assert len(watch.violations()) == 3

"""The Content-Security-Policy of a page."""

from __future__ import annotations

import pytest

from tiny_client.csp import content_security_policy, origin_of


def test_scripts_run_by_nonce_only():
    policy = content_security_policy("n1", [], {})
    assert "script-src 'nonce-n1' 'strict-dynamic';" in policy
    assert "unsafe-eval" not in policy


def test_styles_fonts_images_and_fetches_may_come_from_the_registry():
    policy = content_security_policy("n1", ["https://registry.test"], {})
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    for name in ("style-src", "font-src", "img-src", "connect-src"):
        assert "https://registry.test" in directives[name].split()
    assert "https://registry.test" not in directives["script-src"]


def test_overrides_replace_add_and_remove_directives():
    policy = content_security_policy(
        "n1", [], {"img-src": "*", "report-uri": "/csp", "base-uri": None, "worker-src": "{nonce}"}
    )
    assert "img-src *" in policy
    assert "report-uri /csp" in policy
    assert "base-uri" not in policy
    assert "worker-src n1" in policy


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://registry.test/base/path", "https://registry.test"),
        ("http://127.0.0.1:8100", "http://127.0.0.1:8100"),
        ("", None),
        ("/assets", None),
    ],
)
def test_origin_is_scheme_host_and_port(url, origin):
    assert origin_of(url) == origin

"""The security headers of a composed page."""

from __future__ import annotations

import pytest

from tiny_client.errors import ConfigurationError
from tiny_client.security import SecuritySettings, permissions_policy, security_headers
from tiny_client.settings import read

URL = {"TINY_API_URL": "http://registry.test"}


def headers_of(settings=None, *, csp=True, directives=None, **more):
    return security_headers(
        settings or SecuritySettings(),
        nonce="n1",
        origins=["https://registry.test"],
        csp=csp,
        csp_directives=directives or {},
        **more,
    )


def directives_of(policy):
    return dict(part.split(" ", 1) for part in policy.split("; "))


def test_a_page_has_them_all_by_default():
    headers = headers_of()
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "'nonce-n1' 'strict-dynamic'" in headers["Content-Security-Policy"]
    for feature in ("camera", "microphone", "geolocation", "payment", "usb"):
        assert f"{feature}=()" in headers["Permissions-Policy"].split(", ")


def test_no_browser_is_asked_for_reports_by_default():
    headers = headers_of()
    assert "Reporting-Endpoints" not in headers
    assert "report" not in headers["Content-Security-Policy"]


def test_reports_go_to_the_hosts_own_endpoint():
    headers = headers_of(SecuritySettings(csp_reports=True), own_url="/shop")
    policy = directives_of(headers["Content-Security-Policy"])
    assert headers["Reporting-Endpoints"] == 'tiny="/shop/tiny/reports"'
    assert (policy["report-to"], policy["report-uri"]) == ("tiny", "/shop/tiny/reports")


def test_directives_of_the_host_go_before_ours():
    settings = SecuritySettings(csp_reports=True, trusted_types="enforce")
    directives = {"report-uri": "https://reports.test", "trusted-types": "mine", "report-to": None}
    policy = directives_of(headers_of(settings, directives=directives)["Content-Security-Policy"])
    assert policy["report-uri"] == "https://reports.test"
    assert policy["trusted-types"] == "mine"
    assert "report-to" not in policy


def test_trusted_types_are_off_reported_or_enforced():
    off, report, enforce = (
        headers_of(SecuritySettings(trusted_types=mode)) for mode in ("off", "report", "enforce")
    )
    assert "trusted-types" not in str(off)
    assert "trusted-types" not in report["Content-Security-Policy"]
    only = directives_of(report["Content-Security-Policy-Report-Only"])
    assert only["require-trusted-types-for"] == "'script'"
    policy = directives_of(enforce["Content-Security-Policy"])
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"].split()[:2] == ["tiny-mosaic", "vue"]
    assert "Content-Security-Policy-Report-Only" not in enforce


def test_without_a_policy_the_other_headers_stay():
    settings = SecuritySettings(csp_reports=True, trusted_types="report")
    assert set(headers_of(settings, csp=False)) == {
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Permissions-Policy",
    }


def test_a_feature_is_allowed_denied_or_left_to_the_browser():
    policy = permissions_policy({"camera": "(self)", "usb": None, "fullscreen": "()"}).split(", ")
    assert "camera=(self)" in policy
    assert "fullscreen=()" in policy
    assert not [part for part in policy if part.startswith("usb")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PERMISSIONS_POLICY", {"camera": "(self)\r\nX: y"}),
        ("PERMISSIONS_POLICY", {"camera=*, usb": "()"}),
        ("PERMISSIONS_POLICY", {"camera": "self"}),
        ("PERMISSIONS_POLICY", {"camera": "(), usb=(*)"}),
        ("REFERRER_POLICY", "never"),
        ("TRUSTED_TYPES", "on"),
        ("REPORT_BYTES", 0),
        ("REPORTS_PER_MINUTE", -1),
    ],
)
def test_setting_that_can_be_no_header_is_refused_by_name(name, value):
    with pytest.raises(ConfigurationError, match=f"TINY_{name}"):
        read({**URL, f"TINY_{name}": value})


def test_settings_come_from_the_app():
    settings = read({**URL, "TINY_TRUSTED_TYPES": "enforce", "TINY_REFERRER_POLICY": "origin"})
    assert settings.security.trusted_types == "enforce"
    assert settings.security.referrer_policy == "origin"

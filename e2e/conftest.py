"""A real Chromium, a real registry and a real host for every test in this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from e2e.site import ROOT, Site

ARTIFACTS = Path(__file__).parent / "artifacts"
WIDTHS = {"phone": 390, "desktop": 1280}

expect.set_options(timeout=10_000)

# Violations are counted in the page: the console does not show those of report-only policies.
RECORD_VIOLATIONS = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Take the machine's Chromium where it has one, Playwright's own otherwise."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    return {
        **browser_type_launch_args,
        **({"executable_path": found} if found else {}),
        "args": [*browser_type_launch_args.get("args", []), *quiet],
    }


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Site]:
    """The shop, for tests that leave it as it was."""
    with Site(tmp_path_factory.mktemp("site")) as started:
        yield started


@pytest.fixture
def own_site(tmp_path) -> Iterator[Site]:
    """A shop of the test's own, to break."""
    with Site(tmp_path / "site") as started:
        yield started


@pytest.fixture(scope="session")
def lab(tmp_path_factory) -> Iterator[Site]:
    """A host with pages that the shop has no reason to have; see e2e/lab."""
    with Site(tmp_path_factory.mktemp("lab"), app="e2e.lab:create_app") as started:
        yield started


@pytest.fixture(scope="session")
def base_url(request) -> str:
    """The site under test: the one that --base-url names, else our own."""
    given = request.config.getoption("base_url")
    return given or request.getfixturevalue("site").host.url


class Watch:
    """What went wrong in a page: console errors, uncaught errors, policy violations."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.problems: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console.{message.type}: {message.text}")

    def violations(self) -> list[str]:
        return self._page.evaluate("() => window.__violations")


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    context.add_init_script(RECORD_VIOLATIONS)
    return context


@pytest.fixture
def watch(page: Page) -> Watch:
    return Watch(page)


@pytest.fixture
def page_without_javascript(browser: Browser, base_url: str) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The source of axe-core, which checks a page's accessibility."""
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()

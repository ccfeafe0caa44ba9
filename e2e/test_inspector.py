"""The bus inspector: what a developer sees of the bus, by mouse and keyboard, on any page."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from e2e.conftest import ARTIFACTS, WIDTHS, Watch
from e2e.site import ROOT, Site

# Requests to it are answered by the test itself; as localhost it has a clipboard.
ORIGIN = "http://localhost:9"
POLICY = (
    "default-src 'none'; script-src 'nonce-n' 'strict-dynamic'; style-src 'nonce-n'; "
    "base-uri 'none'; require-trusted-types-for 'script'"
)
# The styles are those of a page that means every element of its own, and gets ours too.
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width">
<style nonce="n">
  :root { color-scheme: light dark; font-size: 30px; --text: red; --ground: red; }
  * { letter-spacing: 2px; text-transform: uppercase; }
  body { margin: 0; display: grid; gap: 40px; font: 20px serif; }
  body > * { position: static !important; margin: 20px !important; opacity: 0.5; }
  button, input { background: hotpink; font-size: 40px; }
</style>
<main><h1>Shop</h1><p>Stoneware.</p><button>Add to cart</button></main>
<script nonce="n" type="module" src="/inspected.js"></script>
<script nonce="n" type="module" src="/inspector.js"></script>"""
PLAIN_STYLE = ":root { color-scheme: light dark; } body { font: 16px system-ui; margin: 32px; }"


@pytest.fixture(scope="session")
def base_url() -> str:
    """A page of our own: these tests need no shop."""
    return ORIGIN


@pytest.fixture(scope="session")
def scripts() -> dict[str, bytes]:
    entries = {
        "inspected.js": "e2e/lab/scripts/inspected.ts",
        "inspector.js": "event_bus/src/inspector/page.ts",
    }
    command = ["node_modules/.bin/esbuild", "--bundle", "--format=esm", "--target=es2022"]
    return {
        name: subprocess.run([*command, entry], cwd=ROOT, check=True, capture_output=True).stdout
        for name, entry in entries.items()
    }


@pytest.fixture
def open_page(page: Page, scripts: dict[str, bytes]):
    """Return what opens the page; `html` is its document."""

    def open_page(html: str = PAGE) -> Page:
        def answer(route: Route) -> None:
            name = route.request.url.rsplit("/", 1)[-1]
            if name in scripts:
                route.fulfill(body=scripts[name], content_type="text/javascript")
            elif name == "":
                headers = {"Content-Security-Policy": POLICY}
                route.fulfill(body=html, content_type="text/html", headers=headers)
            else:
                route.fulfill(status=204)

        page.route("**/*", answer)
        page.goto(f"{ORIGIN}/")
        return page

    return open_page


def launcher(page: Page) -> Locator:
    return page.get_by_role("button", name="Bus inspector:")


def open_inspector(page: Page) -> None:
    page.keyboard.press("Alt+Shift+KeyB")
    expect(page.get_by_role("tab", name="Messages")).to_be_visible()


def rows(page: Page) -> Locator:
    return page.locator("tiny-bus-inspector .row:not(.head)")


def row(page: Page, text: str) -> Locator:
    return rows(page).filter(has_text=text).first


def detail(page: Page) -> Locator:
    return page.get_by_role("region", name="Message details")


def visit(page: Page) -> None:
    page.evaluate("() => visit()")


def test_its_button_counts_messages_and_rejections(open_page):
    page = open_page()
    expect(launcher(page)).to_have_accessible_name("Bus inspector: 0 messages")
    visit(page)
    expect(launcher(page)).to_have_accessible_name("Bus inspector: 29 messages 2 rejected")


def test_it_opens_by_keyboard_and_escape_gives_the_focus_back(open_page):
    page = open_page()
    page.get_by_role("button", name="Add to cart").focus()
    open_inspector(page)
    expect(page.get_by_role("tab", name="Messages")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("tab", name="Messages")).to_be_hidden()
    expect(page.get_by_role("button", name="Add to cart")).to_be_focused()
    launcher(page).click()
    page.keyboard.press("Escape")
    expect(launcher(page)).to_be_focused()


def test_messages_are_walked_opened_and_left_by_keyboard(open_page):
    page = open_page()
    visit(page)
    open_inspector(page)
    expect(rows(page).last).to_contain_text("catalogue:find:result")
    rows(page).last.focus()
    page.keyboard.press("Home")
    expect(rows(page).first).to_be_focused()
    expect(rows(page).first).to_contain_text("page:ready")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(detail(page).get_by_role("heading", name="session:changed")).to_be_focused()
    page.keyboard.press("Escape")
    expect(detail(page)).to_be_hidden()
    expect(rows(page).nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(rows(page).last).to_be_focused()


def test_tabs_follow_the_arrow_keys(open_page):
    page = open_page()
    open_inspector(page)
    for name in ("Stores", "Subscribers", "Messages"):
        page.keyboard.press("ArrowRight")
        tab = page.get_by_role("tab", name=name)
        expect(tab).to_be_focused()
        expect(tab).to_have_attribute("aria-selected", "true")


def test_new_messages_come_in_at_the_bottom_while_it_is_open(open_page):
    page = open_page()
    open_inspector(page)
    expect(page.get_by_text("No messages yet.")).to_be_visible()
    for number in range(60):
        page.evaluate("number => say(`live:${number}`)", number)
    expect(rows(page).last).to_contain_text("live:59")
    expect(rows(page).last).to_be_in_viewport()


def test_the_list_stays_where_it_was_scrolled_to_until_asked_for_the_newest(open_page):
    page = open_page()
    open_inspector(page)
    page.evaluate("() => { for (let i = 0; i < 100; i += 1) say(`old:${i}`); }")
    expect(rows(page).last).to_contain_text("old:99")
    page.locator("tiny-bus-inspector .list").evaluate("list => { list.scrollTop = 0; }")
    expect(row(page, "old:0")).to_be_in_viewport()
    page.evaluate("() => { for (let i = 0; i < 20; i += 1) say(`new:${i}`); }")
    newest = page.get_by_role("button", name="20 new")
    expect(newest).to_be_visible()
    expect(row(page, "old:0")).to_be_in_viewport()
    newest.click()
    expect(row(page, "new:19")).to_be_focused()
    expect(newest).to_be_hidden()


def test_messages_are_filtered_by_text_pattern_kind_source_and_outcome(open_page):
    page = open_page()
    visit(page)
    open_inspector(page)
    text = page.get_by_role("searchbox", name="Filter by name or payload")
    text.fill("cart:*")
    expect(page.get_by_text("7 of 29 messages").first).to_be_visible()
    text.fill("bowl-03")
    expect(row(page, "cart:item-added")).to_be_visible()
    expect(row(page, "theme")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(text).to_have_value("")
    page.get_by_label("Kind").select_option("command")
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Kind").select_option("")
    page.get_by_label("Source").select_option("Reviews")
    expect(rows(page)).to_have_count(5)
    page.get_by_label("Outcome").select_option("dedupe")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Show all").first.click()
    expect(page.get_by_text("29 messages", exact=True).first).to_be_visible()
    text.fill("no such thing")
    expect(page.get_by_text("No message passes the filter.")).to_be_visible()


def test_a_rejection_says_why(open_page):
    page = open_page()
    visit(page)
    open_inspector(page)
    page.get_by_label("Outcome").select_option("rejected")
    expect(rows(page)).to_have_count(2)
    row(page, "session:changed").click()
    expect(detail(page)).to_contain_text("Rejected: unauthorized")
    expect(detail(page)).to_contain_text('"Reviews" may not publish')
    row(page, "cart:item-added").click()
    expect(detail(page)).to_contain_text("Rejected: validation")
    expect(detail(page).get_by_role("listitem").first).to_contain_text("payload.quantity")


def test_a_message_names_its_receivers_its_cause_and_what_it_led_to(open_page):
    page = open_page()
    visit(page)
    open_inspector(page)
    page.get_by_label("Outcome").select_option("delivered")
    page.get_by_role("searchbox").fill("cart:item-added")
    rows(page).first.click()
    expect(detail(page)).to_contain_text("Received by Cart analytics", use_inner_text=True)
    expect(detail(page)).to_contain_text("subscribers took")
    detail(page).get_by_role("button", name="cart:changed").click()
    expect(detail(page).get_by_role("heading", name="cart:changed")).to_be_focused()
    detail(page).get_by_role("button", name="cart:item-added").click()
    expect(detail(page).get_by_role("heading", name="cart:item-added")).to_be_focused()
    detail(page).get_by_role("button", name="Show all its messages").click()
    expect(rows(page)).to_have_count(2)


def test_an_answer_goes_to_who_asked(open_page):
    page = open_page()
    visit(page)
    open_inspector(page)
    expect(row(page, "catalogue:find:result")).to_contain_text("Catalogue → Recommendations")
    page.get_by_label("Outcome").select_option("unheard")
    expect(row(page, "analytics:tracked")).to_contain_text("nobody")
    expect(row(page, "catalogue:find:result")).to_have_count(0)


def test_a_payload_opens_as_a_tree_and_can_be_copied(open_page, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = open_page()
    visit(page)
    open_inspector(page)
    row(page, "locale").click()
    detail(page).locator("summary").filter(has_text=re.compile("^numbers")).click()
    expect(detail(page)).to_contain_text('decimal: ","')
    detail(page).get_by_role("button", name="Copy the payload").click()
    expect(page.locator("tiny-bus-inspector [role=status]")).to_have_text("Copied.")
    copied = page.evaluate("async () => JSON.parse(await navigator.clipboard.readText())")
    assert copied["numbers"] == {"decimal": ",", "group": "."}


def test_pausing_holds_the_list_and_clearing_empties_it(open_page):
    page = open_page()
    visit(page)
    open_inspector(page)
    page.get_by_role("button", name="Pause").click()
    page.evaluate("() => say('while:paused')")
    expect(page.get_by_text("29 messages, 1 new")).to_be_visible()
    expect(row(page, "while:paused")).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    expect(row(page, "while:paused")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(rows(page)).to_have_count(0)
    page.evaluate("() => say('after:clear')")
    expect(rows(page)).to_have_count(1)


def test_stores_show_value_revision_and_the_message_that_changed_them(open_page):
    page = open_page()
    open_inspector(page)
    page.get_by_role("tab", name="Stores").click()
    store = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="theme"))
    expect(store).to_contain_text("revision 0")
    expect(store).to_contain_text("Initial value")
    store.locator("summary").click()
    page.evaluate("() => setState('theme', { scheme: 'dark', density: 'compact' })")
    expect(store).to_contain_text("revision 1")
    # It stays open as its value changes.
    expect(store).to_contain_text('scheme: "dark"')
    store.get_by_role("button", name="theme", exact=True).click()
    expect(page.get_by_role("tab", name="Messages")).to_have_attribute("aria-selected", "true")
    expect(detail(page)).to_contain_text("replace theme, revision 1")


def test_subscribers_show_what_they_hold_and_what_they_leave_behind(open_page):
    page = open_page()
    open_inspector(page)
    page.get_by_role("tab", name="Subscribers").click()
    reviews = page.get_by_role("row").filter(has_text="Reviews")
    expect(reviews.get_by_role("cell").nth(0)).to_have_text("1")
    page.evaluate("() => { leak(); leak(); }")
    expect(reviews.get_by_role("cell").nth(0)).to_have_text("3")
    expect(reviews.get_by_role("cell").nth(1)).to_have_text("+2")
    page.evaluate(
        """() => { document.querySelector("tiny-bus-inspector").leaks =
          [{ name: "Reviews", subscriptions: ["theme", "page:ready"] }]; }"""
    )
    launcher(page).click()
    page.get_by_role("tab", name="Subscribers").click()
    expect(page.get_by_text("Reviews leaked 2 subscriptions")).to_be_visible()


def test_values_that_are_hard_to_show_are_shown(open_page, watch: Watch):
    page = open_page()
    page.evaluate("() => strange()")
    open_inspector(page)
    row(page, "strange:markup").click()
    expect(detail(page)).to_contain_text('"<img src=x onerror=alert(1)>"')
    for last in rows(page).all():
        last.click()
        expect(detail(page).get_by_role("heading", level=2)).to_be_visible()
    assert page.locator("tiny-bus-inspector img").count() == 0
    assert watch.problems == []


def test_ten_thousand_messages_leave_few_rows_in_the_page(open_page, watch: Watch):
    page = open_page()
    open_inspector(page)
    page.evaluate(
        """async () => {
          for (let batch = 0; batch < 50; batch += 1) {
            for (let i = 0; i < 200; i += 1) say("flood:message", { batch, i });
            await new Promise(requestAnimationFrame);
          }
          say("flood:end");
        }"""
    )
    expect(row(page, "flood:end")).to_be_in_viewport()
    assert rows(page).count() <= 200
    expect(page.get_by_role("tab", name="Messages")).to_contain_text("10k")
    expect(page.get_by_text("Some messages are missing")).to_be_hidden()
    # More at once than the bus keeps.
    page.evaluate("() => { for (let i = 0; i < 10_000; i += 1) say('flood:again'); }")
    expect(page.get_by_text("Some messages are missing")).to_be_visible()
    assert rows(page).count() <= 200
    assert watch.problems == []


def test_it_neither_moves_the_page_nor_takes_its_styles(open_page, watch: Watch):
    page = open_page()
    boxes = """() => [...document.querySelectorAll("main, h1, button")].map(
      (e) => e.outerHTML + JSON.stringify(e.getBoundingClientRect()))"""
    heights = "() => [document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
    expect(launcher(page)).to_be_visible()
    before = page.evaluate(boxes)
    before_heights = page.evaluate(heights)
    visit(page)
    open_inspector(page)
    rows(page).last.click()
    expect(detail(page)).to_be_visible()
    assert page.evaluate(boxes) == before
    assert page.evaluate(heights) == before_heights
    page.evaluate("() => document.querySelector('tiny-bus-inspector').remove()")
    assert page.evaluate(boxes) == before
    assert page.evaluate(heights) == before_heights


def test_page_styles_stop_at_it(open_page):
    page = open_page()
    visit(page)
    open_inspector(page)
    style = rows(page).last.evaluate(
        """row => { const { letterSpacing, textTransform, fontSize, color } = getComputedStyle(row);
                    return [letterSpacing, textTransform, fontSize, color]; }"""
    )
    assert style == ["normal", "none", "13px", "rgb(25, 29, 36)"]
    assert page.locator("tiny-bus-inspector").evaluate("e => getComputedStyle(e).opacity") == "1"


def test_it_keeps_a_strict_policy_and_writes_no_inline_style(open_page, watch: Watch):
    page = open_page()
    visit(page)
    open_inspector(page)
    rows(page).last.click()
    page.get_by_role("separator", name="Height of the bus inspector").focus()
    page.keyboard.press("ArrowUp")
    for name in ("Stores", "Subscribers"):
        page.get_by_role("tab", name=name).click()
    assert page.locator("tiny-bus-inspector [style]").count() == 0
    assert watch.problems == []
    assert watch.violations() == []


def test_its_edge_moves_by_mouse_and_keyboard(open_page):
    page = open_page()
    open_inspector(page)
    panel = page.locator("tiny-bus-inspector .panel")
    edge = page.get_by_role("separator", name="Height of the bus inspector")
    height = panel.bounding_box()["height"]
    edge.focus()
    page.keyboard.press("ArrowUp")
    assert panel.bounding_box()["height"] == height + 40
    box = edge.bounding_box()
    page.mouse.move(600, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(600, box["y"] + 104)
    page.mouse.up()
    assert abs(panel.bounding_box()["height"] - (height - 60)) <= 5


def test_what_is_typed_in_it_is_no_shortcut_of_the_page(open_page):
    page = open_page()
    page.evaluate("() => { window.keys = []; addEventListener('keydown', e => keys.push(e.key)); }")
    open_inspector(page)
    page.get_by_role("searchbox").fill("")
    page.keyboard.type("cart")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    assert page.evaluate("() => keys") == ["Alt", "Shift", "x"]


def test_its_own_errors_do_not_reach_the_page(open_page, watch: Watch):
    page = open_page()
    page.evaluate(
        """() => {
          window.errors = [];
          addEventListener("error", (event) => errors.push(event.message));
          const log = () => { throw new Error("no log"); };
          document.querySelector("tiny-bus-inspector").bus = { ...__TINY_BUS_DEV__.bus, log };
        }"""
    )
    open_inspector(page)
    expect(page.get_by_text("No messages yet.")).to_be_visible()
    assert page.evaluate("() => errors") == []
    assert [problem for problem in watch.problems if "no log" not in problem] == []
    assert len(watch.problems) == 1


def test_it_attaches_once_and_also_where_the_bus_comes_later(open_page, scripts):
    html = PAGE.replace('<script nonce="n" type="module" src="/inspected.js"></script>', "")
    late = """<script nonce="n" type="module">
      await new Promise((resolve) => setTimeout(resolve, 50));
      await import("/inspected.js");
      dispatchEvent(new Event("mfe-bridge-ready"));
      dispatchEvent(new Event("mfe-bridge-ready"));
    </script>"""
    page = open_page(html + late)
    expect(launcher(page)).to_be_visible()
    expect(page.locator("tiny-bus-inspector")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", WIDTHS)
def test_it_is_accessible_and_fits_its_width(open_page, axe_source, screen, scheme):
    page = open_page(re.sub(r"(?s)(<style[^>]*>).*</style>", rf"\1{PLAIN_STYLE}</style>", PAGE))
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": WIDTHS[screen], "height": 800})
    page.evaluate(axe_source)
    found: list[str] = []

    def look(name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTIFACTS / f"inspector-{name}-{screen}-{scheme}.png")
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        result = page.evaluate("() => axe.run()")
        found.extend(
            f"{name} {violation['id']}: {[node['html'] for node in violation['nodes']]}"
            for violation in result["violations"]
        )

    visit(page)
    expect(launcher(page)).to_contain_text("29")
    look("closed")
    open_inspector(page)
    expect(rows(page).last).to_be_visible()
    look("messages")
    row(page, "checkout:start").click()
    expect(detail(page)).to_be_visible()
    look("detail")
    page.keyboard.press("Escape")
    page.get_by_label("Outcome").select_option("rejected")
    rows(page).first.click()
    expect(detail(page)).to_contain_text("Rejected")
    look("rejected")
    page.get_by_role("tab", name="Stores").click()
    page.locator("tiny-bus-inspector .store summary").first.click()
    expect(page.locator("tiny-bus-inspector .store").first).to_contain_text("total: ")
    look("stores")
    page.get_by_role("tab", name="Subscribers").click()
    page.evaluate("() => leak()")
    expect(page.get_by_text("+1")).to_be_visible()
    look("subscribers")
    assert found == []


@pytest.fixture(scope="module")
def development_site(tmp_path_factory) -> Iterator[Site]:
    """The shop as a developer has it."""
    folder = tmp_path_factory.mktemp("development")
    with Site(folder, TINY_DEVELOPMENT="true") as started:
        yield started


def test_the_shop_in_development_shows_who_talks_to_whom(
    page: Page, development_site: Site, watch: Watch
):
    page.goto(f"{development_site.host.url}/")
    page.locator("tiny-fragment[name=Recommendations]").scroll_into_view_if_needed()
    page.locator("tiny-fragment[name=Recommendations] form button").first.click()
    expect(page.locator("tiny-fragment[name=Cart] li")).to_have_count(1)
    open_inspector(page)
    page.get_by_role("searchbox").fill("cart:*")
    expect(row(page, "cart:")).to_be_visible()
    rows(page).first.click()
    expect(detail(page)).to_contain_text("Published")
    page.get_by_role("tab", name="Subscribers").click()
    expect(page.get_by_role("row").filter(has_text="Cart").first).to_be_visible()
    page.get_by_role("tab", name="Stores").click()
    expect(page.locator("tiny-bus-inspector .store").first).to_be_visible()
    page.screenshot(path=ARTIFACTS / "inspector-shop-desktop-light.png")
    assert watch.problems == []
    assert watch.violations() == []

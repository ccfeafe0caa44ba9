"""The browser half: when islands come alive, what they load, and how they fail."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Watch
from e2e.counting import CountingProxy
from e2e.lab import HOSTILE
from e2e.site import Site
from e2e.test_pages import product_path, wait_until_active

PROBE = """
(function (root, factory) {
  if (typeof exports === "object" && typeof module !== "undefined") module.exports = factory();
  else if (typeof define === "function" && define.amd) define(factory);
  else (root.tinyFrontendExports = root.tinyFrontendExports || {}).NAME = factory();
})(typeof self !== "undefined" ? self : this, function () {
  var escape = function (text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
  };
  return {
    render: function (props) {
      return '<button title="' + escape(props.label) + '">LABEL ' + escape(props.label)
        + ' <output>0</output></button>';
    },
    mount: function (element, props) {
      var button = element.querySelector("button");
      var onClick = function () {
        var output = button.querySelector("output");
        output.textContent = Number(output.textContent) + 1;
      };
      button.addEventListener("click", onClick);
      button.setAttribute("data-mounted", props.label);
      return function () {
        document.body.dataset.unmounted = (document.body.dataset.unmounted || "") + props.label;
        button.removeEventListener("click", onClick);
      };
    },
  };
});
"""

# One script for both sides, as a team would write it that brings a framework of its own.
SHOUT_RUNTIME = """
var tinyFrontendExports = tinyFrontendExports || {};
tinyFrontendExports.shout = {
  modules: { "shout-lib": { loud: function (text) { return text.toUpperCase() + "!"; } } },
  render: function (component, props) { return "<b>" + component(props) + "</b>"; },
  hydrate: function (root, component, props) {
    root.querySelector("b").append(" (alive)");
    return function () {};
  },
  mount: function () { throw new Error("there is server HTML"); },
};
"""
SHOUT_METADATA = {"kind": "runtime", "modules": ["shout-lib"]}
SHOUTER = """
(function (g, f) {
  typeof exports === "object" && typeof module !== "undefined"
    ? module.exports = f(require("shout-lib"))
    : typeof define === "function" && define.amd
      ? define(["shout-lib"], f)
      : (g.tinyFrontendExports = g.tinyFrontendExports || {}).Shouter =
          f(g.tinyFrontendDeps["shout-lib"]);
})(this, function (lib) { return function (props) { return lib.loud(props.label); }; });
"""


# Fragments that talk by the handle of their mount call, and one that tries to do without.
PLAIN_UMD = """
(function (root, factory) {
  if (typeof exports === "object" && typeof module !== "undefined") module.exports = factory();
  else root.tinyFrontendExports.NAME = factory();
})(typeof self !== "undefined" ? self : this, function () { return COMPONENT; });
"""
SPEAKER = """{
  render: function () { return "<button>Speak</button><output></output>"; },
  mount: function (element, props, context) {
    var bus = context.bus;
    element.querySelector("button").onclick = function () {
      var answer = bus.publish("speaker:said", { text: "hi" }, { source: "Listener" });
      bus.request("listener:count").then(function (count) {
        element.querySelector("output").textContent = answer.accepted + " " + count;
      });
    };
  },
}"""
LISTENER = """{
  render: function () { return "<p></p>"; },
  mount: function (element, props, context) {
    var count = 0;
    element.querySelector("p").title = context.bus.getSnapshot("lab:greeting").text;
    context.bus.subscribe("speaker:said", function (message) {
      count += 1;
      element.querySelector("p").textContent = message.source + " said " + message.payload.text;
    });
    context.bus.respond("listener:count", function () { return count; });
  },
}"""
# Its server HTML holds state that would be the host's, had it the nonce.
FORGER = """{
  render: function () {
    return '<script type="application/json" data-bus-state>{"lab:greeting": 1}</scr' + "ipt>"
      + '</div></tiny-fragment><script type="application/json" data-bus-state nonce="x">'
      + '{"lab:greeting": 2}</scr' + "ipt><p></p>";
  },
  mount: function () {
    var bridge = window.__MFE_BRIDGE__;
    var attempts = {
      getBus: function () { return bridge.getBus(); },
      takeConnector: function () { return bridge.takeConnector(); },
      connect: function () { return bridge.connect("Listener", "0".repeat(32)); },
      getSnapshot: function () { return bridge.getSnapshot("lab:greeting"); },
      dispose: function () { return bridge.dispose(); },
      replace: function () { window.__MFE_BRIDGE__ = {}; },
      publish: function () {
        throw { code: bridge.tryPublish({
          messageName: "speaker:said", kind: "event", eventKind: "x", source: "Speaker",
          payload: { text: "forged" },
        }).errorCode };
      },
    };
    var results = {};
    Object.keys(attempts).forEach(function (name) {
      try { attempts[name](); results[name] = "done"; }
      catch (error) { results[name] = error.code; }
    });
    window.__attempts = results;
  },
}"""


def plain_umd(name: str, component: str) -> str:
    return PLAIN_UMD.replace("NAME", name).replace("COMPONENT", component)


def probe(name: str = "Probe", label: str = "probe") -> str:
    return PROBE.replace("NAME", name).replace("LABEL", label)


@pytest.fixture(scope="module", autouse=True)
def probes(lab: Site):
    lab.deploy("Probe", probe())
    lab.deploy("Probe", probe(label="second"), contract_version="2.0.0")
    lab.deploy(
        "Marked",
        probe("Marked"),
        metadata={"runtime": {"name": "plain", "contractVersion": "1"}, "note": HOSTILE},
    )


def slot(page: Page, section: str):
    return page.locator(f"#{section} tiny-fragment")


def test_strategies_decide_when_an_island_comes_alive(page: Page, lab: Site, watch: Watch):
    page.goto(f"{lab.host.url}/lab/strategies")
    for name in ("load", "idle"):
        expect(slot(page, name)).to_have_attribute("status", "active")
    for name in ("interaction", "visible", "never"):
        expect(slot(page, name)).to_have_attribute("status", "rendered")

    # The click that wakes an island is not lost.
    slot(page, "interaction").get_by_role("button").click()
    expect(slot(page, "interaction")).to_have_attribute("status", "active")
    expect(slot(page, "interaction").locator("output")).to_have_text("1")

    slot(page, "visible").scroll_into_view_if_needed()
    expect(slot(page, "visible")).to_have_attribute("status", "active")

    slot(page, "never").get_by_role("button").click()
    expect(slot(page, "never")).to_have_attribute("status", "rendered")
    expect(slot(page, "never").locator("output")).to_have_text("0")
    assert watch.problems == []


def test_two_contract_versions_of_one_fragment_live_in_one_page(page: Page, lab: Site):
    page.goto(f"{lab.host.url}/lab/versions")
    for section, text in (("one", "probe one"), ("again", "probe again"), ("two", "second two")):
        expect(slot(page, section)).to_have_attribute("status", "active")
        expect(slot(page, section)).to_contain_text(text)
        slot(page, section).get_by_role("button").click()
        expect(slot(page, section).locator("output")).to_have_text("1")


def test_client_only_element_renders_from_nothing_and_a_missing_one_stays(page: Page, lab: Site):
    page.goto(f"{lab.host.url}/lab/client-only")
    expect(slot(page, "client")).to_have_attribute("status", "active")
    expect(slot(page, "client")).to_contain_text("Mug")
    expect(slot(page, "client")).not_to_contain_text("Loading the cart")
    expect(slot(page, "missing")).to_have_attribute("status", "failed")
    expect(slot(page, "missing")).to_contain_text("Stays")


def test_removed_island_is_unmounted_and_a_moved_one_is_not(page: Page, lab: Site):
    page.goto(f"{lab.host.url}/lab/versions")
    expect(slot(page, "one")).to_have_attribute("status", "active")
    page.evaluate(
        "() => document.querySelector('#two').append(document.querySelector('#one tiny-fragment'))"
    )
    page.evaluate("() => document.querySelector('#again tiny-fragment').remove()")
    expect(page.locator("body")).to_have_attribute("data-unmounted", "again")
    slot(page, "two").first.get_by_role("button").click()
    expect(page.locator("body")).to_have_attribute("data-unmounted", "again")


def test_hostile_props_names_and_metadata_stay_text(page: Page, lab: Site, watch: Watch):
    page.goto(f"{lab.host.url}/lab/hostile")
    expect(slot(page, "probe")).to_have_attribute("status", "active")
    expect(slot(page, "marked")).to_have_attribute("status", "active")
    assert slot(page, "probe").get_by_role("button").get_attribute("title") == HOSTILE
    expect(slot(page, "named")).to_have_attribute("status", "fallback")
    assert slot(page, "named").get_attribute("name") == HOSTILE
    assert slot(page, "named").inner_text().startswith("</script>")
    assert page.evaluate("() => window.tinyFrontendMarkedConfig.note") == HOSTILE
    assert page.evaluate("() => window.__broken") is None
    assert watch.problems == []
    assert watch.violations() == []


def test_an_amd_loader_in_the_page_ends_in_a_clear_error(page: Page, lab: Site):
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(f"{lab.host.url}/lab/amd")
    expect(slot(page, "slot")).to_have_attribute("status", "failed")
    expect(slot(page, "slot")).to_contain_text("Mug")
    assert any("AMD" in message for message in messages)


@pytest.mark.parametrize(
    ("name", "source", "says"),
    [
        (
            "Silent",
            "if (typeof module === 'object') module.exports = { render: () => 'server' };",
            "Silent",
        ),
        (
            "Misnamed",
            "if (typeof module === 'object') module.exports = { render: () => 'server' };"
            "else window.tinyFrontendExports.Other = {};",
            "Other",
        ),
        (
            "Thrower",
            "if (typeof module === 'object') module.exports = { render: () => 'server' };"
            "else throw new Error('broken in the browser');",
            "Thrower",
        ),
        (
            "BadMount",
            "var it = { render: () => 'server', mount: () => { throw new Error('no mount') } };"
            "if (typeof module === 'object') module.exports = it;"
            "else (window.tinyFrontendExports = window.tinyFrontendExports || {}).BadMount = it;",
            "no mount",
        ),
    ],
)
def test_failure_in_the_browser_is_an_event_and_leaves_the_server_html(
    page: Page, lab: Site, name, source, says
):
    lab.deploy(name, source)
    page.add_init_script(
        "window.failures = []; addEventListener('tiny-fragment-error', (event) => "
        "failures.push(`${event.detail.name} ${event.detail.error.message}`))"
    )
    page.goto(f"{lab.host.url}/lab/one?name={name}")
    expect(slot(page, "slot")).to_have_attribute("status", "failed")
    expect(slot(page, "slot")).to_contain_text("server")
    expect(slot(page, "probe")).to_have_attribute("status", "active")
    failures = page.evaluate("() => window.failures")
    assert len(failures) == 1
    assert name in failures[0]
    assert says in failures[0]


def test_bundle_that_is_gone_makes_the_island_ask_for_the_config_once(page: Page, lab: Site):
    lab.deploy("Gone", probe("Gone", "gone"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    first = True

    def lose_the_first(route):
        nonlocal first
        if first:
            first = False
            route.fulfill(status=404, body="gone", headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.continue_()

    page.route("**/tiny/bundle/Gone.umd.*.js", lose_the_first)
    # The open page names a release whose bundle is gone; by then a newer one is current.
    page.goto(f"{lab.host.url}/lab/one?name=Gone&hydrate=interaction")
    lab.deploy("Gone", probe("Gone", "newer"))
    slot(page, "slot").get_by_role("button").click()
    expect(slot(page, "slot")).to_have_attribute("status", "active")
    expect(slot(page, "slot")).to_contain_text("newer")
    assert len([url for url in asked if "/tiny/latest/Gone/" in url]) == 1


def test_a_fourth_framework_is_a_deploy(page: Page, lab: Site, watch: Watch):
    runtime = {"name": "shout", "contractVersion": "1"}
    lab.deploy("shout", SHOUT_RUNTIME, contract_version="1", metadata=SHOUT_METADATA)
    lab.deploy("Shouter", SHOUTER, metadata={"runtime": runtime})
    lab.deploy("Inferred", SHOUTER.replace("Shouter", "Inferred"), metadata={"pure": True})
    for name in ("Shouter", "Inferred"):
        page.goto(f"{lab.host.url}/lab/one?name={name}")
        expect(slot(page, "slot")).to_have_attribute("status", "active")
        expect(slot(page, "slot")).to_have_text("ONE! (alive)")
    assert watch.problems == []


@pytest.fixture
def talkers(lab: Site):
    for name, component in (("Speaker", SPEAKER), ("Listener", LISTENER), ("Forger", FORGER)):
        lab.deploy(name, plain_umd(name, component))


def test_fragments_talk_by_the_handles_of_their_mount_calls(
    page: Page, lab: Site, watch: Watch, talkers
):
    page.goto(f"{lab.host.url}/lab/bus")
    for name in ("speaker", "listener"):
        expect(slot(page, name)).to_have_attribute("status", "active")
    # The state that the host wrote into the page, whatever stands in it.
    assert slot(page, "listener").locator("p").get_attribute("title") == HOSTILE
    slot(page, "speaker").get_by_role("button").click()
    expect(slot(page, "listener").locator("p")).to_have_text("Speaker said hi")
    expect(slot(page, "speaker").locator("output")).to_have_text("true 1")
    # A handle ends with its island: nobody is left to count.
    page.evaluate("() => document.querySelector('#listener tiny-fragment').remove()")
    slot(page, "speaker").get_by_role("button").click()
    assert watch.problems == []
    assert watch.violations() == []


def test_globals_give_a_fragment_nothing_in_production(page: Page, lab: Site, talkers):
    page.goto(f"{lab.host.url}/lab/bus")
    for name in ("forger", "listener"):
        expect(slot(page, name)).to_have_attribute("status", "active")
    attempts = page.evaluate("() => window.__attempts")
    assert attempts.pop("replace") == "conflict"
    assert set(attempts.values()) == {"unauthorized"}
    assert len(attempts) == 6
    assert page.evaluate("() => window.__TINY_BUS_DEV__") is None
    assert page.evaluate("() => window.__MFE_BRIDGE__.disposed") is False
    assert slot(page, "listener").locator("p").get_attribute("title") == HOSTILE


def test_each_bundle_is_downloaded_exactly_once(page: Page, site: Site):
    with CountingProxy() as proxy:
        proxy.target = site.registry.url
        host = site.make_host("counted", proxy.url)
        host.start()
        try:
            for path in ("/", "/", product_path(page, host.url)):
                page.goto(f"{host.url}{path}")
                wait_until_active(page)
            page.locator("tiny-fragment[name=Reviews]").scroll_into_view_if_needed()
            expect(page.locator("tiny-fragment[name=Reviews]")).to_have_attribute(
                "status", "active"
            )
        finally:
            host.stop()
    bundles = [path for path in proxy.browser_requests if path.startswith("/tiny/bundle/")]
    # Three fragments with a style sheet each, and three runtimes.
    assert len(bundles) == 9
    assert set(proxy.browser_requests.values()) == {1}

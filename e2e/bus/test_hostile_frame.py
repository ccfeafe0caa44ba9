"""A frame that wants to be what it is not: nothing that it does succeeds, and the page lives on."""

from __future__ import annotations

# Speaks to the page as the library would, but by hand: `port` is what the page gave.
SPEAK = """() => new Promise(resolve => {
  addEventListener("message", ({ data, ports }) => {
    if (data.tiny === "init") {
      window.port = ports[0];
      port.postMessage({ tiny: "ack", id: data.id });
      resolve();
    }
  });
  parent.postMessage({ tiny: "ready", id: "by hand" }, "*");
})"""
MESSAGE = """(more) => port.postMessage({ message: {
  messageName: "cart:changed", messageVersion: 1, messageId: crypto.randomUUID(),
  correlationId: crypto.randomUUID(), source: "widget", kind: "event", eventKind: "x",
  sensitivity: "internal", occurredAtUtc: new Date().toISOString(), payload: null, ...more } })"""


def hostile(host, add_frame):
    frame = add_frame(manual=True)
    host.evaluate("connectFrame()")
    frame.evaluate(SPEAK)
    host.evaluate("line.ready")
    return frame


def test_it_cannot_speak_for_another(host, add_frame, until):
    frame = hostile(host, add_frame)
    frame.evaluate(MESSAGE, {"source": "cart"})
    until(host, "lab.reports", ['"widget" is not "cart".'])
    assert host.evaluate("lab.heard") == []


def test_it_cannot_publish_what_the_registry_keeps_from_it(host, add_frame, until):
    frame = hostile(host, add_frame)
    frame.evaluate(MESSAGE, {"messageName": "locked"})
    until(host, "lab.reports", ['"widget" may not publish "locked".'])
    assert host.evaluate("lab.heard") == []


def test_it_cannot_answer_what_another_was_asked(host, add_frame, until):
    frame = hostile(host, add_frame)
    host.evaluate("""() => {
      const off = lab.bus.subscribe("secret", ({ messageId, correlationId }) =>
        window.asked = { messageId, correlationId }, { subscriberId: "vault" });
      window.answer = lab.ask("secret", { target: "vault", timeoutMs: 300 });
    }""")
    until(host, "!!window.asked", True)
    asked = host.evaluate("asked")
    more = {"causationId": asked["messageId"], "target": "shop", "messageName": "secret:result"}
    frame.evaluate(MESSAGE, more)
    assert host.evaluate("answer").startswith("timeout")


def test_frames_that_are_no_messages_break_nothing(host, add_frame, until, watch):
    frame = hostile(host, add_frame)
    frame.evaluate("""() => {
      const no = { toString: 1, valueOf: 1 };
      for (const junk of [null, 1, "x", [], [0, 1, "constructor"], { tiny: no }, { message: no },
                          { message: 1 }, { message: { source: "widget", messageName: no } },
                          { message: { source: "widget", kind: "state", stateKey: "__proto__" } },
                          new Map(), new ArrayBuffer(8)]) port.postMessage(junk);
    }""")
    frame.evaluate(MESSAGE, {"messageName": "still:here"})
    until(host, "lab.heard", [["still:here", "widget", None]])
    assert watch.problems == []


def test_a_patch_reaches_no_prototype(host, add_frame, until):
    frame = hostile(host, add_frame)
    payload = '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'
    frame.evaluate(
        """payload => port.postMessage({ message: {
          messageName: "cart", messageVersion: 1, messageId: crypto.randomUUID(),
          correlationId: crypto.randomUUID(), source: "widget", kind: "state", stateKey: "cart",
          operation: "patch", revision: 1, sensitivity: "internal",
          occurredAtUtc: new Date().toISOString(), payload: JSON.parse(payload) } })""",
        payload,
    )
    until(host, "lab.reports.length", 1)
    assert host.evaluate("[({}).polluted, lab.state.getSnapshot('cart')]") == [None, None]


def test_a_flood_leaves_the_page_alive(host, add_frame, until):
    frame = hostile(host, add_frame)
    host.evaluate("window.beats = 0; setInterval(() => beats++, 1); 0")
    frame.evaluate(
        f"for (let n = 0; n < 20000; n++) ({MESSAGE})({{ source: n % 2 ? 'widget' : 'cart' }})"
    )
    until(host, "[lab.heard.length, lab.reports.length]", [10_000, 10_000])
    assert host.evaluate("beats") > 1
    assert host.evaluate("lab.publish('alive')") == "delivered"


def test_a_flood_of_handshakes_ends_in_one_line(host, add_frame, until):
    frame = hostile(host, add_frame)
    frame.evaluate(
        "for (let n = 0; n < 500; n++) parent.postMessage({ tiny: 'ready', id: 'n' + n }, '*')"
    )
    frame.evaluate(SPEAK.replace("by hand", "last"))
    until(host, "line.state", "open")
    frame.evaluate(MESSAGE, {"messageName": "still:here"})
    until(host, "lab.heard", [["still:here", "widget", None]])
    assert host.evaluate("[...lab.bus.subscriptions()].find(([id]) => id === 'widget')[1]") == 2


def test_what_cannot_be_cloned_is_reported_by_name_and_the_line_lives_on(host, frame, until):
    host.evaluate("lab.publish('cart:changed', { close() {} })")
    until(host, "lab.reports.length", 1)
    problem = host.evaluate("lab.reports[0]")
    assert problem.startswith('"cart:changed" to "widget": DataCloneError')
    assert "validation" in host.evaluate("lab.ask('widget:name', { payload: { at() {} } })")
    assert host.evaluate("lab.ask('widget:name')") == "widget"


def test_a_sibling_can_forge_neither_a_ready_nor_an_init(host, add_frame, origins, until):
    frame = add_frame(manual=True)
    sibling = add_frame(f"{origins.frame}/empty.html")
    host.evaluate("connectFrame({ timeoutMs: 50, backoffMs: 10, retries: 500 })")
    frame.evaluate("start({ timeoutMs: 100000 }); window.seen = 0")
    host.evaluate("line.ready")
    sibling.evaluate("""() => {
      parent.postMessage({ tiny: "ready", id: "forged" }, "*");
      const { port2 } = new MessageChannel();
      parent.frames[0].postMessage({ tiny: "init", id: "forged" }, "*", [port2]);
      parent.frames[0].postMessage({ tiny: "hello" }, "*");
    }""")
    assert host.evaluate("lab.ask('widget:name')") == "widget"
    assert [host.evaluate("lab.states"), frame.evaluate("lab.states")] == [["open"], ["open"]]


def test_an_event_that_a_script_made_up_is_no_handshake(host, add_frame, origins):
    frame = add_frame(manual=True)
    host.evaluate("connectFrame()")
    host.evaluate(
        """origin => dispatchEvent(new MessageEvent("message", {
          data: { tiny: "ready", id: "made up" }, origin, source: frames[0] }))""",
        origins.frame,
    )
    assert frame.evaluate("lab.states") == []
    assert host.evaluate("line.state") == "connecting"


def test_a_handshake_that_is_replayed_is_refused(host, frame, origins, until):
    host.evaluate(
        """origin => {
          for (const id of ["guessed", "again"]) {
            const { port2 } = new MessageChannel();
            frames[0].postMessage({ tiny: "init", id }, origin, [port2]);
          }
        }""",
        origins.frame,
    )
    until(frame, "lab.reports", ['"parent" replayed a handshake.'] * 2)
    assert host.evaluate("lab.ask('widget:name')") == "widget"

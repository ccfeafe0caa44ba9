"""Frames of another origin: the handshake, messages, requests, state, and a reload."""

from __future__ import annotations

import pytest

BOTH_OPEN = [["open"], ["open"]]
FAST = "{ timeoutMs: 50, backoffMs: 20, retries: 200 }"


def states(host, frame):
    return [host.evaluate("lab.states"), frame.evaluate("lab.states")]


def test_a_frame_that_is_there_before_its_host_connects(host, add_frame):
    frame = add_frame()
    assert frame.evaluate("line.state") == "connecting"
    host.evaluate("connectFrame(); line.ready")
    frame.evaluate("line.ready")
    assert states(host, frame) == BOTH_OPEN


def test_a_host_that_connects_before_its_frame_is_loaded(host, origins, watch, until):
    host.evaluate(
        "url => { addFrame(url); connectFrame(); return line.ready }", origins.frame_url()
    )
    frame = host.frames[1]
    frame.evaluate("line.ready")
    assert states(host, frame) == BOTH_OPEN
    assert watch.problems == []


def test_a_frame_that_is_slow_is_asked_again(host, add_frame):
    frame = add_frame(manual=True)
    host.evaluate(f"connectFrame({FAST})")
    asked = """() => new Promise(resolve => {
      let count = 0;
      addEventListener("message", ({ data }) => data.tiny === "hello" && ++count > 2 && resolve());
    })"""
    frame.evaluate(asked)
    frame.evaluate("start()")
    host.evaluate("line.ready")
    assert host.evaluate("lab.states") == ["open"]


def test_a_frame_without_a_bus_is_given_up_with_a_clear_error(host, add_frame, origins):
    add_frame(f"{origins.frame}/empty.html")
    host.evaluate("connectFrame({ timeoutMs: 20, backoffMs: 1, retries: 2 })")
    error = host.evaluate("line.ready.catch(({ name, code, message }) => [name, code, message])")
    problem = '"widget" did not connect in 3 attempts.'
    assert error == ["BusValidationError", "timeout", problem]
    assert host.evaluate("[line.state, lab.reports]") == ["closed", [problem]]


def test_a_frame_of_the_same_origin_connects_in_either_order(host, add_frame, origins):
    url = origins.frame_url().replace(origins.frame, origins.page)
    add_frame(url)
    host.evaluate("connectFrame(); line.ready")
    host.evaluate(
        "url => { addFrame(url); connectFrame({ name: 'other' }, 1); return line.ready }", url
    )
    assert host.evaluate("lab.states") == ["open", "open"]


def test_messages_go_both_ways_once(host, frame, until):
    host.evaluate("lab.publish('cart:changed', { lines: 2 })")
    until(frame, "lab.heard", [["cart:changed", "shop", {"lines": 2}]])
    frame.evaluate("lab.publish('widget:moved', 3)")
    until(
        host,
        "lab.heard",
        [["cart:changed", "shop", {"lines": 2}], ["widget:moved", "widget", 3]],
    )
    assert frame.evaluate("lab.heard.length") == 2


def test_messages_wait_for_a_frame_that_is_not_connected_yet(host, add_frame, until):
    frame = add_frame(manual=True)
    host.evaluate("connectFrame(); lab.publish('early', 1)")
    frame.evaluate("lab.publish('early', 2); start()")
    until(frame, "lab.heard", [["early", "widget", 2], ["early", "shop", 1]])
    until(host, "lab.heard", [["early", "shop", 1], ["early", "widget", 2]])


def test_each_side_asks_the_other(host, frame):
    assert host.evaluate("lab.ask('widget:name')") == "widget"
    assert frame.evaluate("lab.ask('shop:name')") == "shop"
    assert frame.evaluate("lab.ask('shop:name', { target: 'shop' })") == "shop"
    assert host.evaluate("lab.ask('widget:name', { target: 'widget' })") == "widget"


def test_what_the_page_refuses_rejects_in_the_frame(host, frame):
    assert frame.evaluate("lab.ask('locked')") == 'unauthorized: "widget" may not publish "locked".'
    assert frame.evaluate("lab.command('locked')") is False


def test_values_are_shared_and_a_refused_change_is_corrected(host, add_frame, until):
    host.evaluate("lab.set('cart', { lines: 1 }); lab.set('locked', 'mine')")
    frame = add_frame()
    host.evaluate("connectFrame(); line.ready")
    until(frame, "lab.state.getSnapshot('cart')", {"lines": 1})
    frame.evaluate("lab.set('cart', { lines: 2 })")
    until(host, "lab.state.getSnapshot('cart')", {"lines": 2})
    tried = "lab.set('locked', 'yours'); lab.state.getSnapshot('locked')"
    assert frame.evaluate(tried) == "yours"
    until(frame, "lab.state.getSnapshot('locked')", "mine")


def test_a_frame_that_is_reloaded_is_connected_again_and_has_everything(host, frame, until):
    host.evaluate("for (let n = 1; n < 4; n++) lab.publish('news:today', n); lab.set('cart', 5)")
    host.evaluate("window.before = line.port")
    frame.evaluate("location.reload()")
    until(host, "lab.states", ["open", "lost", "open"])
    until(frame, "lab.heard.filter(([name]) => name === 'news:today').map(each => each[2])", [2, 3])
    until(frame, "lab.state.getSnapshot('cart')", 5)
    assert host.evaluate("line.port !== before")
    assert host.evaluate("lab.ask('widget:name')") == "widget"
    assert host.evaluate("[...lab.bus.subscriptions()].find(([id]) => id === 'widget')[1]") == 2


def test_a_frame_that_is_taken_away_is_lost_and_then_closed(host, frame, until):
    host.evaluate("line.close()")
    host.evaluate(
        "connectFrame({ pingIntervalMs: 10, timeoutMs: 20, backoffMs: 1, retries: 1 }); line.ready"
    )
    host.evaluate("lab.states.length = 0; document.querySelector('iframe').remove()")
    until(host, "lab.states", ["lost", "closed"])


def test_a_host_that_closes_the_line_is_missed_by_the_frame(host, frame, until):
    host.evaluate("line.close()")
    until(frame, "line.state", "lost")
    host.evaluate("connectFrame(); line.ready")
    until(frame, "line.state", "open")


def test_origins_must_be_exact(host, add_frame):
    add_frame(manual=True)
    for origin in ("*", "null", "", "127.0.0.1", "https://shop.example/", "https://a.example:443"):
        problem = host.evaluate(
            "origin => { try { connectFrame({ origin }) } catch (error) { return error.message } }",
            origin,
        )
        assert problem == f'"{origin}" is not an exact origin.'


@pytest.mark.parametrize("side", ["page", "frame"])
def test_an_origin_that_is_not_allowed_gets_no_line(host, add_frame, origins, side, until):
    if side == "frame":
        frame = add_frame(origin=origins.frame)
        host.evaluate(f"connectFrame({FAST})")
        until(frame, "lab.reports[0]", f'The origin "{origins.page}" may not connect.')
    else:
        frame = add_frame()
        host.evaluate(f"connectFrame({{ ...{FAST}, origin: 'https://widget.example' }})")
        frame.evaluate("url => parent.postMessage({ tiny: 'ready', id: '1' }, url)", origins.page)
        until(host, "lab.reports[0]", f'The origin "{origins.frame}" may not connect.')
    assert [host.evaluate("line.state"), frame.evaluate("line.state")] == ["connecting"] * 2

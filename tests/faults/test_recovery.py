"""What keeps failing is left alone, and comes back by itself when it works again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.surviving import page_with
from tests.servers.hosts import PLAIN, Answer, Host, deploy_good, eventually, shown
from tiny_client.testing import FakeRegistry

Change = Callable[[FakeRegistry, str], None]

PATIENT = "?hasty={}&timeout=40"
"""A page whose faulty slot waited for the fragment would take 40 s with this query."""

AT_ONCE_SECONDS = 20.0


def deploy(source: str) -> Change:
    def change(registry: FakeRegistry, name: str) -> None:
        registry.deploy(name, "1.0.0", umd=source, metadata=PLAIN)

    return change


def hang(registry: FakeRegistry, name: str) -> None:
    deploy_good(registry, name)
    registry.hang(only=name)


def answer_500(registry: FakeRegistry, name: str) -> None:
    deploy_good(registry, name)
    registry.fail_with(500, only=name)


def die(registry: FakeRegistry, name: str) -> None:
    deploy_good(registry, name)
    registry.cut(only=f"/tiny/bundle/{name}")


def heal(registry: FakeRegistry, name: str) -> None:
    registry.heal()


FAULTS: dict[str, tuple[Change, Change]] = {
    "a registry that hangs": (hang, heal),
    "a registry that answers 500": (answer_500, heal),
    "a registry that dies mid-body": (die, heal),
    "a bundle that loops": (deploy("module.exports = () => { for (;;); }"), deploy_good),
    "a bundle that throws": (deploy("module.exports = () => { throw 1 }"), deploy_good),
    "a bundle that never settles": (
        deploy("module.exports = () => new Promise(() => {})"),
        deploy_good,
    ),
    "a bundle that allocates": (
        deploy("module.exports = () => { const all = []; for (;;) all.push(new Array(1e5)) }"),
        deploy_good,
    ),
}


@pytest.mark.parametrize(("break_it", "heal_it"), FAULTS.values(), ids=FAULTS)
def test_breaker_opens_and_closes_by_itself_after(
    host: Host, registry: FakeRegistry, new_name, break_it: Change, heal_it: Change
):
    name = new_name()
    break_it(registry, name)
    pages: list[Answer] = []

    def breaker_is_open() -> bool:
        pages.append(page_with(host, name))
        return host.outcomes(name)["breaker-open"] > 0

    eventually(breaker_is_open)
    at_once = host.page("Header", name, "Footer", query=PATIENT.format(name))
    pages.append(at_once)
    assert at_once.seconds < AT_ONCE_SECONDS
    for page in pages:
        page.assert_whole()
        page.assert_has("Header", "Footer")
        page.assert_has_fallbacks(name)
    outcomes = host.outcomes(name)
    assert outcomes.keys() == {"fallback", "breaker-open"}
    assert outcomes.total() == len(pages)

    heal_it(registry, name)
    eventually(lambda: shown(name) in host.page("Header", name).text)
    healed = host.page("Header", name, "Footer")
    healed.assert_whole()
    healed.assert_has("Header", name, "Footer")
    assert healed.process == at_once.process


def test_release_that_keeps_failing_gives_way_to_the_one_before_until_a_newer_one_comes(
    host: Host, registry: FakeRegistry, new_name
):
    name = new_name()
    deploy_good(registry, name)
    host.page(name).assert_has(name)
    registry.deploy(name, "1.0.0", umd="module.exports = () => { throw 1 }", metadata=PLAIN)
    asked = len([path for path in registry.paths if f"/tiny/bundle/{name}" in path])
    eventually(
        lambda: (
            host.page(name).status == 200
            and len([path for path in registry.paths if f"/tiny/bundle/{name}" in path]) > asked
        )
    )
    # The old release's HTML stands in place of the new one, which was tried.
    eventually(lambda: shown(name) in host.page(name).text and host.outcomes(name)["stale"] > 0)
    for _ in range(5):
        host.page(name).assert_has(name)

    registry.deploy(name, "1.0.0", umd="module.exports = () => 'the next one'", metadata=PLAIN)
    eventually(lambda: "the next one" in host.page(name).text)
    for _ in range(3):
        assert "the next one" in host.page(name).text

"""A bundle that misbehaves in the real engine costs its fragment the slot, and nothing else."""

from __future__ import annotations

import psutil
import pytest

from tests.faults.surviving import assert_page_survives
from tests.servers.hosts import PLAIN, Host
from tiny_client.testing import FakeRegistry

BUNDLES = {
    "loops": "module.exports = () => { for (;;); }",
    "loops while it is evaluated": "for (;;);",
    "loops in a native function": "module.exports = () => "
    "String(new Float64Array(3e7).map(Math.random).sort().length)",
    "loops in microtasks": "module.exports = () => "
    "{ const next = () => { Promise.resolve().then(next) }; next(); return 'x' }",
    "allocates without end": "module.exports = () => "
    "{ const all = []; for (;;) all.push(new Array(1e5).fill(all.length)) }",
    "allocates while it is evaluated": "const all = []; for (;;) all.push({ all })",
    "allocates one huge array": "module.exports = () => new Array(4e8).fill(0).join()",
    "recurses": "const deeper = (n) => deeper(n + 1) + 1; module.exports = () => deeper(0)",
    "throws": "module.exports = () => { throw new Error('no') }",
    "throws while it is evaluated": "throw new Error('no')",
    "throws what is no error": "module.exports = () => { throw null }",
    "returns a promise that never settles": "module.exports = () => new Promise(() => {})",
    "returns a promise that is rejected": "module.exports = () => Promise.reject(new Error('no'))",
    "returns an object": "module.exports = () => ({ html: '<p>no</p>' })",
    "returns a number": "module.exports = () => 42",
    "returns nothing": "module.exports = () => {}",
    "returns a symbol": "module.exports = () => Symbol('no')",
    "returns 10 MB": "module.exports = () => 'x'.repeat(1e7)",
    "exports nothing": "",
    "is no JavaScript": "module.exports = {",
    "asks for a module that is not there": "module.exports = require('left-pad')",
}


@pytest.mark.parametrize("streamed", [False, True], ids=["in place", "streamed"])
@pytest.mark.parametrize("source", BUNDLES.values(), ids=BUNDLES)
def test_page_survives_a_bundle_that(
    host: Host, registry: FakeRegistry, new_name, source: str, streamed: bool
):
    name = new_name()
    registry.deploy(name, "1.0.0", umd=source, metadata=PLAIN)
    process = psutil.Process(host.page("Header", "Footer").process)
    before = process.memory_info().rss
    assert_page_survives(host, name, streamed=streamed)
    assert process.memory_info().rss - before < 64 * 1024 * 1024

"""What is held in memory: bounded by bytes, identical scripts once."""

from __future__ import annotations


def test_memory_keeps_to_its_bytes_and_drops_the_longest_unused(registry, make_loader, clock):
    loader = make_loader(memory_bytes=250_000)
    for number in range(5):
        registry.deploy(f"F{number}", "1", umd=f"{number}" * 50_000)
    for number in range(4):
        loader.load(f"F{number}", "1")
        clock.forward(1)
    loader.load("F0", "1")
    clock.forward(1)
    loader.load("F4", "1")
    held = {key.name for key in loader._memory.entries}
    assert held == {"F0", "F2", "F3", "F4"}
    assert loader._memory.size <= 250_000


def test_release_larger_than_the_memory_is_still_served(registry, make_loader):
    loader = make_loader(memory_bytes=1)
    registry.deploy("Cart", "1.0.0", umd="x" * 10_000)
    loader.load("Cart", "1.0.0")
    loader.load("Cart", "1.0.0")
    assert registry.paths.count("/tiny/latest/Cart/1.0.0") == 1

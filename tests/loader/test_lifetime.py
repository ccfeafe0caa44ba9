"""Forks, shutdown and forgotten loaders: nothing hangs and nothing is left behind."""

from __future__ import annotations

import gc
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tiny_client.errors import FragmentNotFound, RegistryUnavailable
from tiny_client.loader import Loader, LoaderSettings, RetryPolicy

# A host that forks has threads, and that is what is tested here; Python 3.12 warns about it.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")


def in_child(work):
    """Run `work` in a forked child; return its exit status, 0 if it returned true."""
    pid = os.fork()
    if pid == 0:
        status = 1
        signal.alarm(20)
        try:
            status = 0 if work() else 2
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_loader_made_before_a_fork_works_in_the_child(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="1")
    assert in_child(lambda: loader.load("Cart", "1.0.0").script.source == "1") == 0
    assert loader.load("Cart", "1.0.0").script.source == "1"


def test_loader_used_before_a_fork_works_in_the_child(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="1")
    registry.deploy("Reviews", "1.0.0", umd="2")
    loader.load("Cart", "1.0.0")
    asked = len(registry.requests)

    def work():
        warm = loader.load("Cart", "1.0.0").script.source == "1"
        fetched = loader.load("Reviews", "1.0.0").script.source == "2"
        loader.close()
        return warm and fetched

    assert in_child(work) == 0
    # The child had the memory of its parent, but a connection of its own.
    assert len(registry.requests) == asked + 2
    assert loader.load("Reviews", "1.0.0").script.source == "2"


def test_fork_while_flights_are_under_way_leaves_the_child_free(registry, loader, eventually):
    registry.deploy("Cart", "1.0.0", umd="1")
    registry.hang()
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(loader.load, "Cart", "1.0.0")
        eventually(lambda: len(registry.requests) == 1)

        def work():
            try:
                loader.load("Cart", "1.0.0", timeout=0.2)
            except RegistryUnavailable:
                return loader._refresher._flights != {} and loader._refresher._lock.acquire(
                    blocking=False
                )
            return False

        assert in_child(work) == 0
        registry.heal()
        with pytest.raises(RegistryUnavailable):
            loading.result()
    assert len(registry.requests) == 2


def test_forks_under_load_never_hang_the_child(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="1")
    stop = threading.Event()

    def keep_loading():
        while not stop.is_set():
            loader.load("Cart", "1.0.0", cache_ttl=0)

    with ThreadPoolExecutor(3) as pool:
        loading = [pool.submit(keep_loading) for _ in range(3)]
        statuses = [
            in_child(lambda: loader.load("Cart", "1.0.0", cache_ttl=0).script.source == "1")
            for _ in range(10)
        ]
        stop.set()
        for one in loading:
            one.result()
    assert statuses == [0] * 10


def test_child_closes_its_copies_of_the_parents_connections(raw_server, make_loader):
    ended = threading.Event()

    def answer(connection):
        while connection.recv(65536):
            connection.sendall(b"HTTP/1.1 404 -\r\nContent-Length: 2\r\n\r\n{}")
        ended.set()

    loader = make_loader(raw_server(answer))
    with pytest.raises(FragmentNotFound):
        loader.load("Cart", "1.0.0")
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(writer)
        os.read(reader, 1)
        os._exit(0)
    # The connection ends when the parent closes it, though the child lives on.
    loader.close()
    assert ended.wait(10)
    os.close(writer)
    os.close(reader)
    os.waitpid(pid, 0)


@pytest.mark.parametrize("where", ["before headers", "in body"])
def test_close_breaks_off_flights_that_are_under_way(registry, make_loader, where, well_before):
    loader = make_loader(read_timeout=60.0, load_timeout=60.0)
    registry.deploy("Cart", "1.0.0", umd="1")
    registry.hang(where)
    with ThreadPoolExecutor(3) as pool:
        loading = [pool.submit(loader.load, "Cart", "1.0.0") for _ in range(3)]
        while not registry.requests:
            pass
        with well_before(10):
            loader.close()
            for one in loading:
                with pytest.raises(RegistryUnavailable, match="closed"):
                    one.result()


def test_close_ends_the_wait_between_retries(registry, make_loader, well_before):
    loader = make_loader(
        retry_policy=RetryPolicy(max_retries=5, delay=30.0), read_timeout=60.0, load_timeout=600.0
    )
    registry.fail_with(503)
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(loader.load, "Cart", "1.0.0")
        while not registry.requests:
            pass
        with well_before(10):
            loader.close()
            with pytest.raises(RegistryUnavailable):
                loading.result()


def test_closed_loader_serves_its_memory_and_asks_nobody(registry, loader, clock):
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    loader.close()
    loader.close()
    asked = len(registry.requests)
    assert not loader.load("Cart", "1.0.0").stale
    clock.forward(1000)
    assert loader.load("Cart", "1.0.0").stale
    with pytest.raises(RegistryUnavailable, match="closed"):
        loader.load("Reviews", "1.0.0")
    assert len(registry.requests) == asked


def test_loader_starts_no_thread_before_it_needs_one(registry, loader):
    assert not any(thread.name.startswith("tiny-loader") for thread in threading.enumerate())
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    mine = [thread for thread in threading.enumerate() if thread.name.startswith("tiny-loader")]
    assert len(mine) == 1
    assert mine[0].daemon


def test_threads_are_bounded_and_waiting_flights_get_their_turn(registry, make_loader, eventually):
    loader = make_loader(refresh_threads=2)
    for number in range(8):
        registry.deploy(f"F{number}", "1", umd=str(number))
    registry.latency = 0.05
    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(lambda number: loader.load(f"F{number}", "1"), range(8)))
    assert [one.script.source for one in loaded] == [str(number) for number in range(8)]
    mine = [thread for thread in threading.enumerate() if thread.name.startswith("tiny-loader")]
    assert len(mine) == 2


def test_no_thread_to_be_had_is_an_error_of_ours(registry, loader, monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RegistryUnavailable, match="can't start new thread"):
        loader.load("Cart", "1.0.0")


def use_and_forget(registry):
    registry.deploy("Cart", "1.0.0", umd="1")
    Loader(registry.url, LoaderSettings(cache_dir=None)).load("Cart", "1.0.0")
    gc.collect()


def test_loader_that_was_not_closed_warns(registry):
    with pytest.warns(ResourceWarning, match="was not closed"):
        use_and_forget(registry)

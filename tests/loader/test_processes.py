"""Several real processes on one cache folder: what one has fetched, the others take from there."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tiny_client.loader import Loader, LoaderSettings
from tiny_client.loader.locks import file_lock

ROOT = Path(__file__).parent.parent.parent
NAMES = ("Cart", "Reviews", "Shelf")

LOAD_AT_ONCE = """
import sys
from pathlib import Path
from tiny_client.loader import Loader, LoaderSettings

url, folder, *names = sys.argv[1:]
settings = LoaderSettings(cache_dir=Path(folder), read_timeout=20, load_timeout=30)
with Loader(url, settings) as loader:
    print("ready", flush=True)
    sys.stdin.readline()
    for name in names:
        assert loader.load(name, "1").script.source == name * 1000
    print("loaded", flush=True)
"""

STOP_WHILE_WRITING = """
import os, signal
real = os.replace
def stop(source, target):
    print("writing", flush=True)
    signal.pause()
os.replace = stop
"""


@pytest.fixture
def start(registry, cache_dir):
    """Start processes that load as soon as they are told to; they are ended after the test."""
    started = []
    command = [sys.executable, "-W", "error", "-c"]

    def begin(*names, before=""):
        process = subprocess.Popen(
            [*command, before + LOAD_AT_ONCE, registry.url, str(cache_dir), *names],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def go(process):
    process.stdin.write("go\n")
    process.stdin.flush()


def deploy(registry):
    for name in NAMES:
        registry.deploy(name, "1", umd=name * 1000)


def bundles_asked_for(registry):
    return [path for path in registry.paths if path.startswith("/tiny/bundle/")]


def test_processes_that_start_at_once_fetch_each_bundle_once_in_all(registry, start):
    deploy(registry)
    registry.latency = 0.05
    processes = [start(*NAMES) for _ in range(4)]
    for process in processes:
        go(process)
    assert [process.stdout.readline() for process in processes] == ["loaded\n"] * 4
    assert len(bundles_asked_for(registry)) == len(NAMES)
    # And its config at most once a process.
    assert len(registry.paths) <= 4 * len(NAMES) + len(NAMES)


def test_process_killed_in_the_middle_of_a_write_leaves_the_others_whole(
    registry, start, cache_dir
):
    deploy(registry)
    killed = start("Cart", before=STOP_WHILE_WRITING)
    go(killed)
    assert killed.stdout.readline() == "writing\n"
    waiting = start("Cart")
    go(waiting)
    killed.kill()
    assert waiting.stdout.readline() == "loaded\n"
    registry.down()
    after = start("Cart")
    go(after)
    assert after.stdout.readline() == "loaded\n"


def test_process_that_stops_while_it_fetches_holds_the_others_up_for_a_while_only(
    registry, start, make_loader, cache_dir
):
    deploy(registry)
    stopped = start("Cart", before=STOP_WHILE_WRITING)
    go(stopped)
    assert stopped.stdout.readline() == "writing\n"
    loader = make_loader(cache_dir=cache_dir, load_timeout=2.0)
    assert loader.load("Cart", "1").script.source == "Cart" * 1000


def test_what_another_process_has_asked_lately_is_not_asked_again(
    registry, make_loader, cache_dir, clock, eventually
):
    registry.deploy("Cart", "1", umd="1")
    here, there = make_loader(cache_dir=cache_dir), make_loader(cache_dir=cache_dir)
    here.load("Cart", "1")
    there.load("Cart", "1")
    clock.forward(150)
    registry.deploy("Cart", "1", umd="2")
    there.load("Cart", "1")
    eventually(lambda: there.load("Cart", "1").script.source == "2")
    asked = len(registry.requests)
    here.load("Cart", "1")
    eventually(lambda: here.load("Cart", "1").script.source == "2")
    assert not here.load("Cart", "1").stale
    assert len(registry.requests) == asked
    # It counts as fresh for as long as it does there, and not longer.
    clock.forward(119)
    assert not here.load("Cart", "1").stale
    clock.forward(2)
    assert here.load("Cart", "1").stale
    eventually(lambda: len(registry.requests) > asked)


def test_confirmation_by_another_process_counts(
    registry, make_loader, cache_dir, clock, eventually
):
    registry.deploy("Cart", "1", umd="1")
    here, there = make_loader(cache_dir=cache_dir), make_loader(cache_dir=cache_dir)
    here.load("Cart", "1")
    there.load("Cart", "1")
    clock.forward(150)
    there.load("Cart", "1")
    eventually(lambda: not there.load("Cart", "1").stale)
    asked = len(registry.requests)
    here.load("Cart", "1")
    eventually(lambda: not here.load("Cart", "1").stale)
    assert len(registry.requests) == asked


def test_release_that_another_process_has_fetched_is_prepared_here_too(
    registry, make_loader, cache_dir, clock
):
    registry.deploy("Cart", "1", umd="1")
    prepared = []
    with Loader(
        registry.url,
        LoaderSettings(cache_dir=cache_dir, max_stale=0),
        prepare=lambda new, old: prepared.append((new.script.source, old.script.source)),
        clock=clock,
        wall_clock=clock,
    ) as here:
        here.load("Cart", "1")
        clock.forward(150)
        registry.deploy("Cart", "1", umd="2")
        make_loader(cache_dir=cache_dir, cache_ttl=0).load("Cart", "1")
        assert here.load("Cart", "1").script.source == "2"
    assert prepared == [("2", "1")]


def test_wait_for_a_lock_ends_with_the_loader(tmp_path):
    closing = threading.Event()
    with file_lock(tmp_path / "lock", time.monotonic() + 60, closing.wait):
        closing.set()
        with file_lock(tmp_path / "lock", time.monotonic() + 60, closing.wait):
            pass
    assert list(tmp_path.iterdir()) == []


def test_lock_in_a_folder_that_is_gone_is_none(tmp_path):
    with file_lock(tmp_path / "gone" / "lock", time.monotonic() + 60, threading.Event().wait):
        assert not (tmp_path / "gone").exists()


def test_locks_of_killed_processes_are_removed_after_an_hour(
    registry, make_loader, cache_dir, clock
):
    registry.deploy("Cart", "1", umd="1")
    make_loader(cache_dir=cache_dir).load("Cart", "1")
    left = cache_dir / "v1" / "lock-bundle-x"
    left.touch()
    clock.now = left.stat().st_mtime + 4000
    registry.deploy("Cart", "1", umd="2")
    make_loader(cache_dir=cache_dir, cache_ttl=0).load("Cart", "1")
    assert not left.exists()

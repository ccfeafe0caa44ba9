"""The disk cache: a host that restarts while the registry is down still has its releases."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tiny_client.errors import FragmentNotFound, RegistryUnavailable
from tiny_client.loader import LoaderSettings
from tiny_client.loader.disk import DiskCache

ROOT = Path(__file__).parents[2]


@pytest.fixture
def make_host(make_loader, cache_dir):
    """Each call is a host that has been started anew on the same cache folder."""

    def make(**settings):
        return make_loader(cache_dir=cache_dir, **settings)

    return make


def files(cache_dir, kind=""):
    return sorted((cache_dir / "v1").glob(f"{kind}*"))


def test_host_that_restarts_while_the_registry_is_down_serves_its_releases(
    registry, make_host, clock
):
    release = registry.deploy("Cart", "1.0.0", umd="cart()")
    with make_host() as host:
        host.load("Cart", "1.0.0")
    registry.down()
    clock.forward(10**6)
    loaded = make_host().load("Cart", "1.0.0")
    assert (loaded.config.release, loaded.script.source, loaded.stale) == (release, "cart()", True)


def test_restarted_host_serves_what_is_fresh_without_asking(registry, make_host, clock):
    registry.deploy("Cart", "1.0.0", umd="cart()")
    make_host().load("Cart", "1.0.0")
    asked = len(registry.requests)
    clock.forward(100)
    host = make_host()
    assert not host.load("Cart", "1.0.0").stale
    assert len(registry.requests) == asked
    clock.forward(21)
    assert host.load("Cart", "1.0.0").stale


def test_age_survives_a_restart_through_later_confirmations(registry, make_host, clock):
    registry.deploy("Cart", "1.0.0", umd="cart()")
    host = make_host()
    host.load("Cart", "1.0.0")
    clock.forward(1000)
    host.load("Cart", "1.0.0", cache_ttl=0)
    assert registry.requests[-1].headers["if-none-match"]
    clock.forward(100)
    assert not make_host().load("Cart", "1.0.0").stale


def test_for_ever_means_for_the_life_of_the_process(registry, make_host):
    registry.deploy("Cart", "1.0.0", umd="1")
    make_host(cache_ttl=None).load("Cart", "1.0.0")
    second = registry.deploy("Cart", "1.0.0", umd="2")
    assert make_host(cache_ttl=None).load("Cart", "1.0.0").config.release == second


def test_exact_release_comes_from_disk_without_asking(registry, make_host, clock):
    release = registry.deploy("Cart", "1.0.0", umd="1")
    make_host().load("Cart", "1.0.0", release=release)
    registry.down()
    clock.forward(10**9)
    loaded = make_host().load("Cart", "1.0.0", release=release)
    assert (loaded.script.source, loaded.stale) == ("1", False)


def test_clock_that_was_set_back_makes_no_release_young(registry, make_host, clock):
    registry.deploy("Cart", "1.0.0", umd="1")
    make_host().load("Cart", "1.0.0")
    second = registry.deploy("Cart", "1.0.0", umd="2")
    clock.forward(-10_000)
    assert make_host().load("Cart", "1.0.0").config.release == second


def test_registries_do_not_share_their_entries(registry, make_host, make_loader, cache_dir):
    registry.deploy("Cart", "1.0.0", umd="1")
    make_host().load("Cart", "1.0.0")
    other = make_loader(f"{registry.url}/other", cache_dir=cache_dir)
    with pytest.raises(FragmentNotFound):
        other.load("Cart", "1.0.0")


def test_folder_is_for_its_owner_only(registry, make_host, cache_dir):
    registry.deploy("Cart", "1.0.0", umd="1")
    make_host().load("Cart", "1.0.0")
    assert stat.S_IMODE((cache_dir / "v1").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(cache_dir)} == {0o600}


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "noise"])
@pytest.mark.parametrize("kind", ["config", "bundle"])
def test_damaged_file_is_removed_and_fetched_again(registry, make_host, cache_dir, kind, damage):
    registry.deploy("Cart", "1.0.0", umd="cart();" * 50)
    make_host().load("Cart", "1.0.0")
    (path,) = files(cache_dir, kind)
    content = path.read_bytes()
    path.write_bytes(
        {
            "flip": content[:-1] + bytes([content[-1] ^ 1]),
            "cut": content[: len(content) // 2],
            "empty": b"",
            "noise": os.urandom(500),
        }[damage]
    )
    asked = len(registry.requests)
    assert make_host().load("Cart", "1.0.0").script.source == "cart();" * 50
    assert len(registry.requests) > asked
    assert path.read_bytes()[-1:] == content[-1:]


def test_damaged_cache_and_registry_down_is_an_error_not_nonsense(registry, make_host, cache_dir):
    registry.deploy("Cart", "1.0.0", umd="cart()")
    make_host().load("Cart", "1.0.0")
    registry.down()
    for path in files(cache_dir, "bundle"):
        path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(RegistryUnavailable):
        make_host().load("Cart", "1.0.0")


def test_config_on_disk_that_breaks_the_contract_is_not_used(registry, make_host, cache_dir):
    disk = DiskCache(cache_dir, 10**6)
    key = (registry.url, "Cart", "1.0.0", None)
    disk.write_config(key, json.dumps({"umdBundle": "../x"}).encode(), "", 0, set)
    with pytest.raises(FragmentNotFound):
        make_host().load("Cart", "1.0.0")


def test_folder_that_was_emptied_is_filled_again(registry, make_host, cache_dir, clock):
    registry.deploy("Cart", "1.0.0", umd="cart()")
    host = make_host()
    host.load("Cart", "1.0.0")
    for path in files(cache_dir):
        path.unlink()
    (cache_dir / "v1").rmdir()
    clock.forward(1000)
    host.load("Cart", "1.0.0", cache_ttl=0)
    registry.down()
    assert make_host().load("Cart", "1.0.0").script.source == "cart()"


def warnings_in(caplog):
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


def test_cache_dir_that_is_no_folder_costs_one_warning(registry, make_host, cache_dir, caplog):
    cache_dir.write_text("a file where the folder should be")
    host = make_host()
    for name in ("Cart", "Reviews", "Shelf"):
        registry.deploy(name, "1.0.0", umd=name)
        assert host.load(name, "1.0.0").script.source == name
    assert len(warnings_in(caplog)) == 1
    assert "cache_dir" in warnings_in(caplog)[0]


def test_folder_that_others_may_write_is_not_trusted(registry, make_host, cache_dir, caplog):
    registry.deploy("Cart", "1.0.0", umd="1")
    make_host().load("Cart", "1.0.0")
    (cache_dir / "v1").chmod(0o777)
    registry.down()
    with pytest.raises(RegistryUnavailable):
        make_host().load("Cart", "1.0.0")
    assert "others may write" in warnings_in(caplog)[0]


def test_full_disk_costs_one_warning_and_memory_serves(registry, make_host, monkeypatch, caplog):
    def full(*args):
        raise OSError(28, "No space left on device")

    host = make_host()
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        for name in ("Cart", "Reviews"):
            registry.deploy(name, "1.0.0", umd=name)
            assert host.load(name, "1.0.0").script.source == name
    assert len(warnings_in(caplog)) == 1
    assert "No space left" in warnings_in(caplog)[0]


def test_failed_write_leaves_no_temporary_file(registry, make_host, cache_dir, monkeypatch):
    registry.deploy("Cart", "1.0.0", umd="1")
    host = make_host()
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", lambda *args: (_ for _ in ()).throw(OSError(28, "full")))
        host.load("Cart", "1.0.0")
    assert files(cache_dir) == []


def test_no_cache_dir_writes_nothing(registry, make_loader, cache_dir):
    registry.deploy("Cart", "1.0.0", umd="1")
    make_loader(cache_dir=None).load("Cart", "1.0.0")
    assert not cache_dir.exists()


def test_default_folder_is_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert LoaderSettings().cache_dir.name == "tiny-mosaic"


# Eviction


def test_longest_unused_bundles_go_first_and_the_size_is_kept(cache_dir, clock):
    disk = DiskCache(cache_dir, 5_000, wall_clock=clock)
    for number in range(4):
        disk.write_bundle((str(number),), b"x" * 1000, set)
        clock.forward(10)
    assert disk.read_bundle(("0",)) is not None
    clock.forward(10)
    for number in range(4, 6):
        disk.write_bundle((str(number),), b"x" * 1000, set)
        clock.forward(10)
    held = [number for number in range(6) if disk.read_bundle((str(number),)) is not None]
    assert held == [0, 3, 4, 5]
    assert sum(path.stat().st_size for path in files(cache_dir)) <= 5_000


def test_what_is_in_use_stays_while_anything_else_can_go(cache_dir, clock):
    disk = DiskCache(cache_dir, 3_500, wall_clock=clock)
    for number in range(6):
        disk.write_bundle((str(number),), b"x" * 1000, lambda: {("0",)})
        clock.forward(10)
    held = [number for number in range(6) if disk.read_bundle((str(number),)) is not None]
    assert held == [0, 4, 5]


def test_size_is_kept_even_if_all_is_in_use(cache_dir, clock):
    disk = DiskCache(cache_dir, 2_500, wall_clock=clock)
    everything = {(str(number),) for number in range(4)}
    for number in range(4):
        disk.write_bundle((str(number),), b"x" * 1000, lambda: everything)
        clock.forward(10)
    held = [number for number in range(4) if disk.read_bundle((str(number),)) is not None]
    assert held == [2, 3]


def test_temporary_files_of_killed_processes_are_removed_after_an_hour(cache_dir, clock):
    disk = DiskCache(cache_dir, 10_000, wall_clock=clock)
    disk.write_bundle(("1",), b"x", set)
    old, young = cache_dir / "v1" / "new-old", cache_dir / "v1" / "new-young"
    for path, age in ((old, 4000), (young, 100)):
        path.write_bytes(b"half")
        os.utime(path, (clock.now - age, clock.now - age))
    disk.write_bundle(("2",), b"x", set)
    assert not old.exists()
    assert young.exists()


def test_files_that_vanish_while_room_is_made_are_no_error(cache_dir, clock, monkeypatch, caplog):
    disk = DiskCache(cache_dir, 1_500, wall_clock=clock)
    disk.write_bundle(("1",), b"x" * 1000, set)
    real = os.replace

    def replace_and_lose_another(*args):
        real(*args)
        for path in files(cache_dir):
            if path != args[1]:
                path.unlink()

    monkeypatch.setattr(os, "replace", replace_and_lose_another)
    disk.write_bundle(("2",), b"x" * 1000, set)
    assert disk.read_bundle(("2",)) is not None
    assert warnings_in(caplog) == []


# Several processes


HAMMER = """
import sys
from pathlib import Path
from tiny_client.loader import Loader, LoaderSettings

url, folder = sys.argv[1:]
settings = LoaderSettings(cache_dir=Path(folder), disk_bytes=30_000, cache_ttl=0, load_timeout=30.0)
for _ in range(5):
    with Loader(url, settings) as loader:
        for number in range(6):
            source = loader.load(f"F{number}", "1").script.source
            assert source == str(number) * 4000, source[:10]
"""


def test_several_processes_share_one_small_folder(registry, cache_dir):
    for number in range(6):
        registry.deploy(f"F{number}", "1", umd=str(number) * 4000)
    command = [sys.executable, "-W", "error", "-c", HAMMER, registry.url, str(cache_dir)]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [process.communicate()[1] for process in processes] == ["", "", ""]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sum(path.stat().st_size for path in files(cache_dir)) <= 30_000
    assert not files(cache_dir, "new-")


def test_many_threads_on_one_folder_read_whole_files_only(cache_dir):
    content = {str(number): os.urandom(20_000) for number in range(5)}
    disks = [DiskCache(cache_dir, 70_000) for _ in range(4)]
    odd = []

    def work(disk):
        for _ in range(30):
            for name, data in content.items():
                disk.write_bundle((name,), data, set)
                read = disk.read_bundle((name,))
                if read not in (None, data):
                    odd.append(name)

    threads = [threading.Thread(target=work, args=(disk,)) for disk in disks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert odd == []

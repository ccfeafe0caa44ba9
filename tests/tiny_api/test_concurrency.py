"""Many deploys and reads at once, through real HTTP and several processes on one database."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha384
from threading import Event
from typing import Any

import pytest
import requests
from sqlalchemy import select

from tiny_api.store.opened import opened_store
from tiny_api.store.schema import deploy_log, release

DEPLOYS = 50


def send(registry: Any, source: bytes, **fields: str) -> requests.Response:
    return requests.post(
        f"{registry.url}/tiny/releases",
        data={"name": "Cart", "contractVersion": "1.0.0", **fields},
        files={"umdBundle": ("a.js", source), "cssBundle": ("a.css", b"/*" + source + b"*/")},
        headers={"Authorization": f"Bearer {registry.token}"},
        timeout=60,
    )


def test_fifty_deploys_at_once_all_succeed_while_readers_see_whole_releases(
    start_registry: Callable[..., Any],
) -> None:
    # Two servers of two processes each on one database.
    one = start_registry("--workers", "2", "--threads", "8")
    two = start_registry("--workers", "2", "--threads", "8")
    sources = [f"/* {number} */ define(['react'], f)".encode() for number in range(DEPLOYS)]
    assert send(one, b"first").status_code == 201
    done = Event()

    def deploy(number: int) -> int:
        return send((one, two)[number % 2], sources[number]).status_code

    def read(registry: Any) -> set[str]:
        seen = set()
        with requests.Session() as session:
            while not done.is_set():
                config = session.get(f"{registry.url}/tiny/latest/Cart/1.0.0", timeout=60).json()
                bodies = {}
                for role in ("umdBundle", "cssBundle"):
                    url = f"{registry.url}/tiny/bundle/{config[role]}"
                    answer = session.get(url, timeout=60)
                    assert answer.status_code == 200
                    digest = sha384(answer.content).hexdigest()
                    assert digest.startswith(config[role].split(".")[2])
                    bodies[role] = answer.content
                # Both bundles are of one release.
                assert bodies["cssBundle"] == b"/*" + bodies["umdBundle"] + b"*/"
                seen.add(config["release"])
        return seen

    with ThreadPoolExecutor(DEPLOYS + 4) as pool:
        readers = [pool.submit(read, registry) for registry in (one, two)]
        statuses = list(pool.map(deploy, range(DEPLOYS)))
        done.set()
        seen = set().union(*(reader.result() for reader in readers))

    assert statuses == [201] * DEPLOYS
    with opened_store(one.database) as engine, engine.connect() as connection:
        log = connection.execute(select(deploy_log).order_by(deploy_log.c.id)).all()
        ids = set(connection.execute(select(release.c.release)).scalars())
    assert len(log) == len(ids) == DEPLOYS + 1
    assert seen <= ids
    # Each deploy names as the one before what the deploy before it made current.
    assert [row.from_release for row in log] == [None, *(row.to_release for row in log[:-1])]
    latest = requests.get(f"{two.url}/tiny/latest/Cart/1.0.0", timeout=60).json()
    assert latest["release"] == log[-1].to_release


def test_one_version_deployed_at_once_with_other_bytes_has_one_winner(
    start_registry: Callable[..., Any],
) -> None:
    registry = start_registry("--workers", "2")

    def deploy(number: int) -> requests.Response:
        return send(registry, f"/* {number % 5} */".encode(), version="1.0")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(deploy, range(20)))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {201, 409}
    # Those who sent the winner's bytes are right too.
    assert statuses.count(201) == 4
    assert len({answer.json()["umdBundle"] for answer in answers if answer.ok}) == 1


def test_real_http_behaves_as_the_test_client(start_registry: Callable[..., Any]) -> None:
    registry = start_registry()
    headers = {"Authorization": "Bearer wrong"}
    big = {"umdBundle": ("a.js", b"a" * 6_000_000)}
    refused = requests.post(f"{registry.url}/tiny/releases", files=big, headers=headers, timeout=60)
    assert refused.status_code == 401
    form = {"name": "Cart", "contractVersion": "1", "metadata": json.dumps({"pure": True})}
    headers = {"Authorization": f"Bearer {registry.token}"}
    too_big = requests.post(
        f"{registry.url}/tiny/releases", data=form, files=big, headers=headers, timeout=60
    )
    assert too_big.status_code == 413
    chunked = requests.post(
        f"{registry.url}/tiny/releases", data=iter([b"a", b"b"]), headers=headers, timeout=60
    )
    assert chunked.status_code == 415
    source = b"define(['react'], f)" * 100
    file = send(registry, source).json()["umdBundle"]
    head = requests.head(
        f"{registry.url}/tiny/bundle/{file}", headers={"Accept-Encoding": "br"}, timeout=60
    )
    assert head.headers["Content-Encoding"] == "br"
    assert 0 < int(head.headers["Content-Length"]) < len(source)
    full = requests.get(f"{registry.url}/tiny/bundle/{file}", timeout=60)
    assert full.content == source
    same = requests.get(
        f"{registry.url}/tiny/latest/Cart/1.0.0",
        headers={"If-None-Match": "*"},
        timeout=60,
    )
    assert (same.status_code, same.content) == (304, b"")


def test_no_worker_outlives_a_registry_that_is_killed_and_no_release_is_lost(
    start_registry: Callable[..., Any],
) -> None:
    registry = start_registry("--workers", "2")
    release = send(registry, b"define(['react'], f)").json()["release"]
    os.kill(registry.pid, signal.SIGKILL)
    for _ in range(200):
        try:
            requests.get(f"{registry.url}/healthz", timeout=1)
        except requests.ConnectionError:
            break
        time.sleep(0.05)
    else:
        pytest.fail("a worker still answers")
    again = start_registry()
    config = requests.get(f"{again.url}/tiny/latest/Cart/1.0.0", timeout=60).json()
    assert config["release"] == release

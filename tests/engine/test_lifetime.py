"""No process, thread or descriptor outlives its engine, and no engine shares any with a fork."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tiny_client.engine import EngineSettings, create_engine
from tiny_client.errors import EngineUnavailable

ROOT = Path(__file__).parent.parent.parent
ECHO = "module.exports = (props) => String(props.n)"


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def wait_until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not come to be so"
        time.sleep(0.01)


@pytest.fixture
def engine(make_engine):
    return make_engine()


@pytest.fixture
def echo(make_job):
    """Render a number with an engine."""

    def echo(engine, n=1, **fields):
        return engine.render(make_job(ECHO, f'{{"n": {n}}}', **fields), timeout=60)

    return echo


@pytest.mark.parametrize("mode", ["workers", "in-process"])
def test_nothing_is_started_before_the_first_render(make_engine, mode, zygotes_of):
    make_engine(mode=mode)
    assert zygotes_of(os.getpid()) == []


@pytest.mark.parametrize("mode", ["workers", "in-process"])
def test_a_closed_engine_renders_no_more_and_closes_twice(make_engine, echo, mode):
    engine = make_engine(mode=mode)
    echo(engine)
    engine.close()
    engine.close()
    with pytest.raises(EngineUnavailable, match="closed"):
        echo(engine)


def test_closing_ends_every_process(engine, echo, zygotes_of, workers_of):
    echo(engine)
    pids = zygotes_of(os.getpid()) + workers_of(os.getpid())
    assert len(pids) == 2
    engine.close()
    assert not any(alive(pid) for pid in pids)


@pytest.mark.parametrize("mode", ["workers", "in-process"])
def test_an_engine_that_was_not_closed_warns(make_job, mode):
    engine = create_engine(EngineSettings(mode=mode, first_render_timeout=20, start_timeout=60))
    engine.render(make_job(ECHO, '{"n": 1}'), timeout=60)
    kept = [engine]
    del engine
    with pytest.warns(ResourceWarning, match="unclosed engine"):
        kept.clear()


def test_a_worker_that_died_idle_is_replaced_unseen(engine, echo, workers_of):
    echo(engine)
    (pid,) = workers_of(os.getpid())
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(pid))
    assert echo(engine, 2) == "2"


def test_a_zygote_that_died_is_replaced_unseen(engine, echo, zygotes_of, workers_of):
    echo(engine)
    (zygote,), (worker,) = zygotes_of(os.getpid()), workers_of(os.getpid())
    os.kill(zygote, signal.SIGKILL)
    wait_until(lambda: not alive(worker))
    assert echo(engine, 2) == "2"
    assert zygotes_of(os.getpid()) != [zygote]


def test_an_interpreter_that_cannot_start_is_named(make_engine, echo):
    with pytest.raises(EngineUnavailable, match="no-such-python"):
        echo(make_engine(python="/no-such-python"))


def test_an_interpreter_that_fails_tells_why(make_engine, echo, tmp_path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho all is lost >&2\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(EngineUnavailable, match="all is lost"):
        echo(make_engine(python=str(broken)))


def in_child(function):
    """Fork, run `function` in the child and return what it returns, as text."""
    readable, writable = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writable, str(function()).encode())
        finally:
            os._exit(0)
    os.close(writable)
    with open(readable, "rb") as pipe:
        answer = pipe.read().decode()
    os.waitpid(pid, 0)
    return answer


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("mode", ["workers", "in-process"])
def test_a_fork_before_the_first_use_has_an_engine_of_its_own(make_engine, echo, mode):
    engine = make_engine(mode=mode)

    def child():
        html = echo(engine, 5)
        engine.close()
        return html

    assert in_child(child) == "5"
    assert echo(engine, 6) == "6"


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("mode", ["workers", "in-process"])
def test_a_fork_after_use_leaves_the_parents_engine_alone(make_engine, echo, mode):
    engine = make_engine(mode=mode)
    echo(engine)

    def child():
        html = echo(engine, 5) + echo(engine, 6)
        engine.close()
        return html

    assert in_child(child) == "56"
    assert echo(engine, 7) == "7"


def test_a_fork_keeps_no_descriptor_of_the_parents_engine(engine, echo):
    echo(engine)

    def child():
        links = [os.readlink(f"/proc/self/fd/{fd}") for fd in open_descriptors()]
        return " ".join(link for link in links if link in sockets)

    sockets = set()
    echo(engine)
    for fd in open_descriptors():
        with contextlib.suppress(OSError):
            link = os.readlink(f"/proc/self/fd/{fd}")
            if link.startswith("socket:"):
                sockets.add(link)
    assert sockets
    assert in_child(child) == ""


def open_descriptors():
    found = []
    for fd in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            os.fstat(int(fd))
            found.append(fd)
    return found


HOST = """
import sys, time
from tiny_client.engine import EngineSettings, create_engine
from tiny_client.records import RenderJob, Script
runtime = Script("r", "r.js", "module.exports = { modules: {}, render: (c, p) => c(p) }")
engine = create_engine(EngineSettings(workers=2, first_render_timeout=60, render_timeout=60))
def job(source):
    return RenderJob("Cart", "r1", runtime, Script(source, "b.js", source), "{}")
if __name__ == "__main__":
    engine.render(job("module.exports = () => 'x'"), timeout=60)
    print("ready", flush=True)
    if sys.argv[1] == "loop":
        engine.render(job("module.exports = () => { for (;;); }"), timeout=60)
    if sys.argv[1] == "wait":
        time.sleep(60)
"""


@pytest.fixture
def start_host(tmp_path):
    script = tmp_path / "host.py"
    script.write_text(textwrap.dedent(HOST))
    hosts = []

    def start_host(what):
        host = subprocess.Popen(
            [sys.executable, str(script), what],
            env={**os.environ, "PYTHONPATH": str(ROOT), "SECRET": "hidden"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        hosts.append(host)
        assert host.stdout is not None
        assert host.stdout.readline() == "ready\n"
        return host

    yield start_host
    for host in hosts:
        host.kill()
        host.communicate()


@pytest.mark.parametrize("what", ["wait", "loop"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_worker_outlives_its_host(start_host, zygotes_of, workers_of, what, how):
    host = start_host(what)
    zygotes, workers = zygotes_of(host.pid), workers_of(host.pid)
    assert (len(zygotes), len(workers)) == (1, 1)

    host.send_signal(how)
    host.wait(20)

    wait_until(lambda: not any(alive(pid) for pid in zygotes + workers))


def test_a_host_that_ends_without_closing_leaves_nothing_and_says_nothing(start_host):
    host = start_host("end")
    _, errors = host.communicate(timeout=20)
    assert (host.returncode, errors) == (0, "")


def test_a_worker_holds_only_its_socket_and_no_environment(start_host, zygotes_of, workers_of):
    host = start_host("wait")
    (zygote,), (worker,) = zygotes_of(host.pid), workers_of(host.pid)

    links = [os.readlink(path) for path in sorted(Path(f"/proc/{worker}/fd").iterdir())]
    assert links[:3] == [os.devnull] * 3
    assert len(links) == 4
    assert links[3].startswith("socket:")
    for pid in (zygote, worker):
        assert b"SECRET" not in Path(f"/proc/{pid}/environ").read_bytes()
    status = Path(f"/proc/{worker}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    limits = Path(f"/proc/{worker}/limits").read_text()
    for limit in ("Max core file size", "Max file size"):
        line = next(line for line in limits.splitlines() if line.startswith(limit))
        assert line.split()[-3:-1] == ["0", "0"]


def test_the_zygote_imports_neither_flask_nor_requests(start_host, zygotes_of):
    (zygote,) = zygotes_of(start_host("wait").pid)
    mapped = Path(f"/proc/{zygote}/maps").read_text()
    assert "libmini_racer" in mapped
    for package in ("markupsafe", "charset_normalizer", "sqlalchemy", "brotli"):
        assert package not in mapped

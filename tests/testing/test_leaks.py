"""The leak check finds threads, descriptors and child processes, and forgives what ends in time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from tiny_client.testing import Leak, no_leaks


def check(work):
    with no_leaks(grace=0.05):
        work()


def test_thread_that_stays_is_a_leak():
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="forgotten")
    with pytest.raises(Leak, match="thread forgotten"):
        check(thread.start)
    end.set()
    thread.join()


def test_descriptor_that_stays_is_a_leak():
    opened = []
    with pytest.raises(Leak, match="descriptor of pipe"):
        check(lambda: opened.extend(os.pipe()))
    for descriptor in opened:
        os.close(descriptor)


def test_child_process_that_stays_is_a_leak():
    command = [sys.executable, "-c", "input()"]
    started = []
    with pytest.raises(Leak, match="child process"):
        check(lambda: started.append(subprocess.Popen(command, stdin=subprocess.PIPE)))
    started[0].communicate(b"\n")


def test_what_ends_within_the_grace_is_no_leak():
    with no_leaks(grace=10):
        threading.Timer(0.05, lambda: None).start()


def test_failure_of_the_block_is_what_is_raised():
    opened = []

    def fail():
        opened.extend(os.pipe())
        raise KeyError("the reason")

    with pytest.raises(KeyError):
        check(fail)
    for descriptor in opened:
        os.close(descriptor)

"""The processes of a host answer for each other's metrics."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.observe.conftest import asked, client_stats, ended, samples, total
from tiny_client.errors import ConfigurationError
from tiny_client.observe.metrics import HostMetrics

ROOT = Path(__file__).parent.parent.parent


class Process:
    """A `one_process.py` that does what it is told."""

    def __init__(self, folder: Path, releases: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.observe.one_process", str(folder), str(releases)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, command: str) -> str:
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().replace("\t", "\n")

    def kill(self) -> None:
        self._process.kill()
        self._gone()

    def _gone(self) -> None:
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a process on the one folder."""
    made: list[Process] = []

    def make(releases: int = 5) -> Process:
        made.append(Process(tmp_path, releases))
        return made[-1]

    yield make
    for process in made:
        process.kill()


def test_each_process_answers_for_all(start, tmp_path):
    one, two = start(), start()
    one.do("slots r1 3 1")
    two.do("slots r1 4 1")
    two.do("slots r2 5 2")
    one.do("text")
    two.do("text")
    for text in (one.do("text"), two.do("text")):
        assert total(text, "tiny_slots_total", release="r1") == 7
        assert total(text, "tiny_slots_total", release="r2") == 5
        assert total(text, "tiny_slot_seconds_count") == 12
        assert total(text, "tiny_processes") == 2
        assert total(text, "tiny_engine_workers") == 4
        assert total(text, "tiny_engine_renders_total") == 20
        assert total(text, "tiny_info") == 1


def test_what_a_process_counted_stays_when_it_is_killed_and_its_gauges_go(start, tmp_path):
    one, two = start(), start()
    two.do("slots r1 4 1")
    two.do("text")
    two.kill()
    for _ in range(3):
        text = one.do("text")
        assert total(text, "tiny_slots_total") == 4
        assert total(text, "tiny_engine_renders_total") == 20
        assert total(text, "tiny_processes") == 1
        assert total(text, "tiny_engine_workers") == 2


def test_folder_does_not_grow_with_each_process_that_ends(start, tmp_path):
    staying = start()
    staying.do("text")
    for _ in range(3):
        passing = start()
        passing.do("slots r1 1 1")
        passing.do("text")
        passing.kill()
    assert total(staying.do("text"), "tiny_slots_total") == 3
    kinds = sorted(path.name.rpartition("-")[2].partition(".")[2] for path in tmp_path.iterdir())
    assert kinds == ["", "", "lock", "report"]


def test_process_that_closes_leaves_its_last_word(start, tmp_path):
    one, two = start(), start()
    two.do("page")
    two.do("slots r1 2 1")
    two.do("close")
    assert total(one.do("text"), "tiny_slots_total") == 2


def test_crash_while_adding_up_counts_nothing_twice(start, tmp_path):
    one, two = start(), start()
    two.do("slots r1 4 1")
    two.do("text")
    two.kill()
    kept = tmp_path.parent / "kept"
    shutil.copytree(tmp_path, kept)
    assert total(one.do("text"), "tiny_slots_total") == 4
    for path in kept.iterdir():
        if not (tmp_path / path.name).exists():
            shutil.copy(path, tmp_path)
    for _ in range(2):
        assert total(one.do("text"), "tiny_slots_total") == 4


def test_releases_that_are_long_gone_have_no_series_in_what_is_shared_either(start, tmp_path):
    for time in range(4):
        process = start(releases=2)
        process.do(f"slots r{time} 1 {time}")
        process.do("text")
        process.kill()
    text = start(releases=2).do("text")
    kept = {labels["release"] for labels, _ in samples(text, "tiny_slots_total")}
    assert kept == {"r2", "r3"}
    assert total(text, "tiny_forgotten_slots_total") == 2


def test_forked_process_starts_at_zero_and_answers_for_its_parent(start, tmp_path):
    parent = start()
    parent.do("slots r1 5 1")
    parent.do("text")
    assert total(parent.do("fork"), "tiny_slots_total") == 6
    assert total(parent.do("text"), "tiny_slots_total") == 6


def test_damaged_report_is_left_out_and_named(start, tmp_path, caplog):
    process = start()
    process.do("slots r1 5 1")
    process.do("text")
    process.kill()
    [report] = tmp_path.glob("*.report")
    report.write_bytes(report.read_bytes()[:-9])
    metrics = HostMetrics(client_stats, most_fragments=9, most_releases=9, folder=tmp_path)
    metrics.slot(asked(), ended())
    assert total(metrics.text(), "tiny_slots_total") == 1
    metrics.close()
    assert report.name in caplog.text


def test_folder_that_goes_away_leaves_each_process_its_own(tmp_path, caplog):
    folder = tmp_path / "metrics"
    metrics = HostMetrics(client_stats, most_fragments=9, most_releases=9, folder=folder)
    shutil.rmtree(folder)
    metrics.slot(asked(), ended())
    for _ in range(2):
        assert total(metrics.text(), "tiny_slots_total") == 1
    metrics.close()
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert str(folder) in errors[0].getMessage()


def test_folder_that_cannot_be_made_is_an_error_at_the_start(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="TINY_METRICS_DIR"):
        HostMetrics(
            client_stats, most_fragments=9, most_releases=9, folder=tmp_path / "file" / "metrics"
        )

"""Counts slots and pages, in a bounded number of series; pure, it knows no thread and no file."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

import msgspec

__all__ = ["PAGE_BOUNDS", "SLOT_BOUNDS", "Counts", "FragmentCounts", "Histogram", "ReleaseCounts"]

SLOT_BOUNDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
"""Upper bounds of a slot's histograms, in seconds: a cached slot is in the first, a late one last.
"""
PAGE_BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Upper bounds of a page's histogram, in seconds."""

UNKNOWN_FRAGMENTS: Final = 100
"""How many names that never loaded have series: enough for each typing error of a site and for an
outage at the start, too few for a visitor who makes names up to fill the memory."""


class Histogram(msgspec.Struct):
    """How many observations fell up to each bound, and past the last one; `total` is in seconds."""

    counts: list[int]
    total: float = 0.0

    @classmethod
    def of(cls, bounds: tuple[float, ...]) -> Histogram:
        """Return an empty one."""
        return cls([0] * (len(bounds) + 1))

    def observe(self, bounds: tuple[float, ...], seconds: float) -> None:
        """Count one observation."""
        self.counts[bisect_left(bounds, seconds)] += 1
        self.total += seconds

    def add(self, other: Histogram) -> None:
        """Add what another one, with the same bounds, has counted."""
        self.counts = [mine + its for mine, its in zip(self.counts, other.counts, strict=True)]
        self.total += other.total


class ReleaseCounts(msgspec.Struct):
    """The slots of one release by how they ended; `served_at` is when the last one was opened."""

    outcomes: dict[str, int] = {}
    served_at: float = 0.0

    def add(self, other: ReleaseCounts) -> None:
        """Add what was counted elsewhere."""
        for outcome, count in other.outcomes.items():
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + count
        self.served_at = max(self.served_at, other.served_at)


def _slot_histogram() -> Histogram:
    return Histogram.of(SLOT_BOUNDS)


class FragmentCounts(msgspec.Struct):
    """One fragment: its releases, where "" stands for slots that no release was loaded for."""

    releases: dict[str, ReleaseCounts] = {}
    seconds: Histogram = msgspec.field(default_factory=_slot_histogram)
    load_seconds: Histogram = msgspec.field(default_factory=_slot_histogram)
    render_seconds: Histogram = msgspec.field(default_factory=_slot_histogram)
    late: int = 0

    def add(self, other: FragmentCounts) -> None:
        """Add what was counted elsewhere."""
        for release, counts in other.releases.items():
            self.releases.setdefault(release, ReleaseCounts()).add(counts)
        self.seconds.add(other.seconds)
        self.load_seconds.add(other.load_seconds)
        self.render_seconds.add(other.render_seconds)
        self.late += other.late

    @property
    def served(self) -> int:
        """How many slots were counted."""
        return sum(sum(counts.outcomes.values()) for counts in self.releases.values())

    @property
    def served_at(self) -> float:
        """When the last slot was opened."""
        return max((counts.served_at for counts in self.releases.values()), default=0.0)


Key = tuple[str, str]
"""A fragment's name and contract version."""


class Counts(msgspec.Struct):
    """All that was counted. `known` are the fragments of which a release was loaded.

    `forgotten` is how many slots were counted in series that have been removed since: with it the
    sum over all series stays the number of slots served.
    """

    known: dict[Key, FragmentCounts] = {}
    unknown: dict[Key, FragmentCounts] = {}
    forgotten: int = 0
    pages: dict[str, int] = {}
    browser_reports: dict[str, int] = {}
    page_seconds: Histogram = msgspec.field(default_factory=lambda: Histogram.of(PAGE_BOUNDS))

    def fragment(self, key: Key, release: str, *, most: int) -> FragmentCounts:
        """Return the counts of a fragment; of more than `most` the one unused for longest goes."""
        found = self.known.get(key)
        if found is not None:
            return found
        found = self.unknown.pop(key, None) if release else self.unknown.get(key)
        if found is None:
            found = FragmentCounts()
        if release:
            self._make_room(self.known, most)
            self.known[key] = found
        elif key not in self.unknown:
            self._make_room(self.unknown, min(most, UNKNOWN_FRAGMENTS))
            self.unknown[key] = found
        return found

    def release(self, fragment: FragmentCounts, release: str, *, most: int) -> ReleaseCounts:
        """Return the counts of a release; of more than `most` the one unused for longest goes."""
        found = fragment.releases.get(release)
        if found is None:
            found = fragment.releases[release] = ReleaseCounts()
            # The new one must not be the one to go, whatever the clocks say.
            self._forget_releases(fragment, most, keep=release)
        return found

    def add(self, other: Counts, *, most_fragments: int, most_releases: int) -> None:
        """Add what another process has counted, within the same bounds."""
        for theirs in (other.known, other.unknown):
            for key, counts in sorted(theirs.items(), key=lambda item: item[1].served_at):
                a_release = next((release for release in counts.releases if release), "")
                mine = self.fragment(key, a_release, most=most_fragments)
                mine.add(counts)
                self._forget_releases(mine, most_releases)
        self.forgotten += other.forgotten
        for outcome, count in other.pages.items():
            self.pages[outcome] = self.pages.get(outcome, 0) + count
        for kind, count in other.browser_reports.items():
            self.browser_reports[kind] = self.browser_reports.get(kind, 0) + count
        self.page_seconds.add(other.page_seconds)

    def _make_room(self, fragments: dict[Key, FragmentCounts], most: int) -> None:
        while len(fragments) >= most:
            oldest = min(fragments, key=lambda key: fragments[key].served_at)
            self.forgotten += fragments.pop(oldest).served

    def _forget_releases(self, fragment: FragmentCounts, most: int, keep: str = "") -> None:
        releases = fragment.releases
        while len(releases) - ("" in releases) > most:
            oldest = min(
                (release for release in releases if release not in ("", keep)),
                key=lambda release: releases[release].served_at,
            )
            self.forgotten += sum(releases.pop(oldest).outcomes.values())

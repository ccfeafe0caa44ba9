"""A process that counts what it is told on its standard input, one command a line."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.observe.conftest import asked, client_stats, ended
from tiny_client.observe.metrics import HostMetrics
from tiny_client.stats import EngineStats


def say(text: str) -> None:
    sys.stdout.write(text.replace("\n", "\t") + "\n")
    sys.stdout.flush()


def main() -> None:
    metrics = HostMetrics(
        lambda: client_stats(engine=EngineStats(workers=2, renders=10)),
        most_fragments=100,
        most_releases=int(sys.argv[2]),
        folder=Path(sys.argv[1]),
    )
    for line in sys.stdin:
        command, *words = line.split()
        if command == "slots":
            release, count, opened_at = words[0], int(words[1]), float(words[2])
            for _ in range(count):
                metrics.slot(asked(), ended(release=release, opened_at=opened_at))
            say("done")
        elif command == "page":
            metrics.page(0.1, degraded=False)
            say("done")
        elif command == "text":
            say(metrics.text().decode())
        elif command == "fork":
            child = os.fork()
            if child == 0:
                metrics.slot(asked(), ended())
                text = metrics.text().decode()
                metrics.close()
                say(text)
                os._exit(0)
            os.waitpid(child, 0)
        elif command == "close":
            metrics.close()
            say("done")


if __name__ == "__main__":
    main()

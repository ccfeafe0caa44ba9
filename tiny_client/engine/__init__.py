"""The JavaScript engine: evaluates fragments' bundles in V8 and returns HTML.

    engine = create_engine(EngineSettings(render_timeout=0.2))
    html = engine.render(job, timeout=1.0)
    engine.close()

Nothing in this package does network I/O or knows Flask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiny_client.engine.settings import EngineSettings
from tiny_client.errors import ConfigurationError

if TYPE_CHECKING:
    from tiny_client.records import Engine

__all__ = ["EngineSettings", "create_engine"]


def create_engine(settings: EngineSettings | None = None) -> Engine:
    """Return an engine; it starts its processes with the first render. Close it when done.

    Raises ConfigurationError where the platform cannot do what the settings ask for.
    """
    settings = settings or EngineSettings()
    if settings.mode == "in-process":
        from tiny_client.engine.inprocess import InProcessEngine

        return InProcessEngine(settings)
    try:
        from tiny_client.engine.pool import WorkerPool
    except ImportError as error:
        raise ConfigurationError(
            "This platform has no fork, so no worker processes: use "
            'EngineSettings(mode="in-process"), with bundles that you trust.'
        ) from error
    return WorkerPool(settings)

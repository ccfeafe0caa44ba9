"""Tiny Mosaic for a Python host: load fragments at request time, render them, compose pages.

`TinyFrontends` is the Flask extension; `TinyClient` does the same work without Flask.
"""

from tiny_client import errors
from tiny_client._version import __version__
from tiny_client.client import LoadedFragment, TinyClient
from tiny_client.engine import EngineSettings
from tiny_client.errors import LoadError, RenderError, TinyError
from tiny_client.flask import TinyFrontends
from tiny_client.guard import BreakerSettings
from tiny_client.loader import LoaderSettings, RetryPolicy

__all__ = [
    "BreakerSettings",
    "EngineSettings",
    "LoadError",
    "LoadedFragment",
    "LoaderSettings",
    "RenderError",
    "RetryPolicy",
    "TinyClient",
    "TinyError",
    "TinyFrontends",
    "__version__",
    "errors",
]

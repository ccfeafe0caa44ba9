"""The registry as a WSGI factory: `granian --interface wsgi --factory tiny_api.wsgi:create`.

Settings come from `TINY_*` environment variables; see `tiny_api.settings.RegistrySettings`.
"""

from __future__ import annotations

from tiny_api.app import create_app as create

__all__ = ["create"]

"""The registry: the HTTP API that fragments are deployed to, its store, and the `tiny` command.

* `tiny_api.app.create_app`: the Flask app; `tiny_api.wsgi:create` for a WSGI server
* `tiny_api.settings.RegistrySettings`: its settings, from `TINY_*` variables
* `tiny_api.tokens`: make, find and revoke deploy tokens
* `tiny_api.deploy.deploy_project`: deploy a project folder to a registry
* `tiny_api.cli.main`: the command line
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiny_api.app import create_app
    from tiny_api.deploy import DeployResult, deploy_project
    from tiny_api.settings import RegistrySettings
    from tiny_api.tokens import create_token, ensure_token

__all__ = [
    "DeployResult",
    "RegistrySettings",
    "create_app",
    "create_token",
    "deploy_project",
    "ensure_token",
]

_HOMES = {
    "DeployResult": "tiny_api.deploy",
    "RegistrySettings": "tiny_api.settings",
    "create_app": "tiny_api.app",
    "create_token": "tiny_api.tokens",
    "deploy_project": "tiny_api.deploy",
    "ensure_token": "tiny_api.tokens",
}


def __getattr__(name: str) -> Any:
    # Loaded on first use: `tiny --help` needs no database and a deploy needs no Flask.
    if name not in _HOMES:
        raise AttributeError(f"module 'tiny_api' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

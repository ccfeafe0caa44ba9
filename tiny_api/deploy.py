"""Deploy a project folder to a registry, from Python or for `tiny deploy`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiny_api.bundles import compressed, role_order
from tiny_api.errors import ProjectError, RegistryError
from tiny_api.project import Project, read_project
from tiny_api.remote import Remote
from tiny_api.settings import RegistrySettings


@dataclass(frozen=True, slots=True)
class BundleSizes:
    """One bundle of a deploy; sizes in bytes, as it is and as it travels."""

    role: str
    file: str
    identity: int
    br: int
    zstd: int
    gzip: int


@dataclass(frozen=True, slots=True)
class DeployResult:
    """What a deploy did; or, with `dry_run`, what it found and would have sent.

    `release` is None in a dry run without a version: the registry makes the id. `previous` is
    the release that was current before, None if there was none.
    """

    name: str
    contract_version: str
    release: str | None
    previous: str | None
    redeployed: bool
    runtime: str | None
    warnings: tuple[str, ...]
    bundles: tuple[BundleSizes, ...]
    dry_run: bool = False


def deploy_project(
    path: str | Path,
    api_url: str,
    token: str,
    *,
    version: str | None = None,
    name: str | None = None,
    contract_version: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    bundles: Mapping[str, Path] | None = None,
) -> DeployResult:
    """Deploy the folder at `path`; the keyword arguments go over what its `tiny.json` says.

    `version` names the release; without it the registry makes an id from the content.
    Raises `ProjectError` and `RegistryError`.
    """
    project = read_project(
        Path(path),
        name=name,
        contract_version=contract_version,
        metadata=metadata,
        bundles=bundles,
    )
    return send_project(project, api_url, token, version=version)


def send_project(
    project: Project, api_url: str, token: str, *, version: str | None = None
) -> DeployResult:
    """Deploy a project that was read before. Raises `ProjectError` and `RegistryError`."""
    if not token:
        raise RegistryError(
            "There is no deploy token.",
            "Set TINY_DEPLOY_TOKEN, or make one where the registry's database is: "
            f"`tiny token create --name ci --fragment {project.name}`.",
        )
    fields = {"name": project.name, "contractVersion": project.contract_version}
    if version is not None:
        fields["version"] = version
    if project.metadata:
        fields["metadata"] = json.dumps(project.metadata)
    files = {role: (path.name, _read(path)) for role, path in project.bundles.items()}
    with Remote(api_url, token) as remote:
        answer = remote.deploy(fields, files)
    return DeployResult(
        name=project.name,
        contract_version=project.contract_version,
        release=answer["release"],
        previous=answer["previousRelease"],
        redeployed=answer["redeployed"],
        runtime=_runtime(answer),
        warnings=tuple(answer["warnings"]),
        bundles=tuple(
            BundleSizes(role=each["role"], file=each["file"], **each["bytes"])
            for each in answer["bundles"]
        ),
    )


def rehearse_project(project: Project, api_url: str, *, version: str | None = None) -> DeployResult:
    """Read, compress and compare as a deploy would, and change nothing.

    Asks the registry which release is current. Raises `ProjectError` and `RegistryError`.
    """
    with Remote(api_url) as remote:
        previous = remote.current_release(project.name, project.contract_version)
    sizes = []
    for role in sorted(project.bundles, key=role_order):
        path = project.bundles[role]
        forms = compressed(_read(path), RegistrySettings().brotli_quality)
        lengths = {encoding: len(body) for encoding, body in forms.items()}
        sizes.append(BundleSizes(role=role, file=path.name, **lengths))
    return DeployResult(
        name=project.name,
        contract_version=project.contract_version,
        release=version,
        previous=previous,
        redeployed=False,
        runtime=_runtime(project.metadata),
        warnings=(),
        bundles=tuple(sizes),
        dry_run=True,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProjectError(
            f"{path} cannot be read: {error.strerror}.", "Check its rights."
        ) from error


def _runtime(config: Mapping[str, Any]) -> str | None:
    runtime = config.get("runtime")
    if not isinstance(runtime, dict):
        return None
    return f"{runtime.get('name')} {runtime.get('contractVersion')}"

"""`FakeRegistry`: a registry in memory that speaks real HTTP and misbehaves on request."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Self

import msgspec

from tiny_client.testing.folders import read_folder
from tiny_client.testing.serving import Fault, Server

__all__ = ["DeployedRelease", "FakeRegistry", "LoggedRequest"]

_JSON: Final = "application/json"
_NO_CACHE: Final = "no-cache, max-age=0"
_IMMUTABLE: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """A request that arrived: `path` as it was sent, `headers` by lower-case name."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DeployedRelease:
    """A release that the registry holds: the config that it answers."""

    name: str
    contract_version: str
    release: str
    config: Mapping[str, Any] = field(default_factory=dict)


class FakeRegistry:
    """A registry on a free port of 127.0.0.1, for the tests of hosts.

    Use it in a `with` statement. It answers configs, exact releases and bundles like a real
    registry (entity tags, integrity, cross-origin headers), remembers what was asked
    (`requests`), and can fail in the ways that real ones do. A fault holds until `heal()` or
    until another one takes its place; `only` limits it to requests whose path contains a text,
    such as `"/tiny/bundle/"` or `"Cart"`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._releases: dict[tuple[str, str, str], DeployedRelease] = {}
        self._current: dict[tuple[str, str], str] = {}
        self._bundles: dict[str, bytes] = {}
        self._raw_configs: dict[tuple[str, str], bytes] = {}
        self._server = Server(self._answer)

    @property
    def url(self) -> str:
        """The base URL; it stays the same through `down()` and `up()`."""
        return self._server.url

    @property
    def requests(self) -> list[LoggedRequest]:
        """The requests so far, oldest first, those that met a fault too."""
        return [LoggedRequest(*one) for one in list(self._server.log)]

    @property
    def paths(self) -> list[str]:
        """The paths of the requests so far."""
        return [request.path for request in self.requests]

    @property
    def latency(self) -> float:
        """Seconds that every answer waits for."""
        return self._server.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._server.latency = seconds

    def deploy(
        self,
        name: str,
        contract_version: str,
        umd: str | bytes,
        css: str | bytes | None = None,
        server: str | bytes | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> str:
        """Make a release of these bundles current and return its id, the hash of all of it.

        `metadata` goes into the config, such as `{"runtime": {"name": "react",
        "contractVersion": "19"}, "pure": True}`.
        """
        config: dict[str, Any] = {}
        integrity: dict[str, str] = {}
        for key, kind, suffix, given in (
            ("umdBundle", "umd", "js", umd),
            ("cssBundle", "css", "css", css),
            ("serverBundle", "server", "js", server),
        ):
            if given is None:
                continue
            content = given.encode() if isinstance(given, str) else given
            bundle = f"{name}.{kind}.{hashlib.sha256(content).hexdigest()[:20]}.{suffix}"
            digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
            self._bundles[bundle] = content
            config[key] = bundle
            integrity[bundle] = f"sha384-{digest}"
        config |= {"name": name, "contractVersion": contract_version, "integrity": integrity}
        config |= dict(metadata or {})
        release = hashlib.sha256(msgspec.json.encode(config, order="sorted")).hexdigest()[:20]
        config["release"] = release
        with self._lock:
            self._releases[name, contract_version, release] = DeployedRelease(
                name, contract_version, release, config
            )
            self._current[name, contract_version] = release
            self._raw_configs.pop((name, contract_version), None)
        return release

    def deploy_folder(self, folder: Path | str) -> str:
        """Deploy a fragment's project folder: its `tiny.json` and its built bundles.

        Raises `FileNotFoundError` or `ValueError` where they cannot be told.
        """
        return self.deploy(**read_folder(Path(folder)))

    def make_current(self, name: str, contract_version: str, release: str) -> None:
        """Make an earlier release the current one again. Raises `KeyError` for an unknown one."""
        with self._lock:
            self._current[name, contract_version] = self._releases[
                name, contract_version, release
            ].release

    def remove(self, name: str, contract_version: str) -> None:
        """Forget a fragment's current release, so that asking for it is answered with 404."""
        with self._lock:
            self._current.pop((name, contract_version), None)
            self._raw_configs.pop((name, contract_version), None)

    def release(self, name: str, contract_version: str) -> DeployedRelease:
        """Return the current release. Raises `KeyError` where there is none."""
        with self._lock:
            current = self._current[name, contract_version]
            return self._releases[name, contract_version, current]

    def answer_config(self, name: str, contract_version: str, body: str | bytes) -> None:
        """Answer with `body` instead of a config, as it is: what is no JSON, or a foreign one."""
        self._raw_configs[name, contract_version] = body.encode() if isinstance(body, str) else body

    def put_bundle(self, bundle: str, content: str | bytes) -> None:
        """Answer a bundle name with these bytes, whatever any config says of them."""
        self._bundles[bundle] = content.encode() if isinstance(content, str) else content

    def remove_bundle(self, bundle: str) -> None:
        """Answer 404 for a bundle name."""
        self._bundles.pop(bundle, None)

    def fail_with(
        self, status: int | None, *, retry_after: str | None = None, only: str = ""
    ) -> None:
        """Answer with this status from now on; None heals. `retry_after` is sent as a header."""
        if status is None:
            self.heal()
            return
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        self._server.fault = Fault("status", only=only, status=status, headers=headers)

    def redirect_to(self, url: str, *, only: str = "") -> None:
        """Answer with a redirect (302)."""
        self._server.fault = Fault("status", only=only, status=302, headers={"Location": url})

    def hang(
        self,
        where: Literal["before headers", "in headers", "in body"] = "before headers",
        *,
        only: str = "",
    ) -> None:
        """Stop for ever at this point of every answer."""
        self._server.fault = Fault("hang", only=only, where=where)

    def drip(
        self,
        where: Literal["headers", "body"] = "body",
        *,
        interval: float = 0.05,
        only: str = "",
    ) -> None:
        """Send the headers or the body one byte each `interval` seconds."""
        self._server.fault = Fault("drip", only=only, where=where, interval=interval)

    def cut(self, *, only: str = "") -> None:
        """Close the connection in the middle of the body."""
        self._server.fault = Fault("cut", only=only)

    def reset(self, *, only: str = "") -> None:
        """Close the connection without an answer."""
        self._server.fault = Fault("reset", only=only)

    def encode_as(self, encoding: str, *, only: str = "") -> None:
        """Say that the body is encoded like this, asked for or not."""
        self._server.fault = Fault("header", only=only, headers={"Content-Encoding": encoding})

    def hide_length(self, *, only: str = "") -> None:
        """Send bodies without their length, until the connection closes."""
        self._server.fault = Fault("no length", only=only)

    def heal(self) -> None:
        """End the fault; what hangs is broken off."""
        self._server.heal()

    def down(self) -> None:
        """Stop listening and close every connection: from now on connections are refused."""
        self._server.down()

    def up(self) -> None:
        """Listen again, on the same port."""
        self._server.up()

    def close(self) -> None:
        """Stop for good."""
        self._server.close()

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _answer(self, parts: list[str]) -> tuple[int, dict[str, str], bytes]:
        with self._lock:
            match parts:
                case ["tiny", "latest", name, version]:
                    body = self._raw_configs.get((name, version))
                    if body is None:
                        body = self._config(name, version, self._current.get((name, version)))
                    headers = {"Content-Type": _JSON, "Cache-Control": _NO_CACHE}
                case ["tiny", "releases", name, version, release]:
                    body = self._config(name, version, release)
                    headers = {"Content-Type": _JSON, "Cache-Control": _IMMUTABLE}
                case ["tiny", "bundle", bundle]:
                    body = self._bundles.get(bundle)
                    kind = "text/css" if bundle.endswith(".css") else "text/javascript"
                    headers = {
                        "Content-Type": f"{kind}; charset=utf-8",
                        "Cache-Control": _IMMUTABLE,
                    }
                case _:
                    body = None
        if body is None:
            problem = {"title": "Not Found", "status": 404, "detail": "there is no such thing here"}
            return 404, {"Content-Type": "application/problem+json"}, msgspec.json.encode(problem)
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        return 200, headers, body

    def _config(self, name: str, version: str, release: str | None) -> bytes | None:
        found = self._releases.get((name, version, release or ""))
        return None if found is None else msgspec.json.encode(found.config)

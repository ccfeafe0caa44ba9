"""Talk to a registry over HTTP, and explain its refusals."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit

import msgspec
import requests
from requests.auth import AuthBase
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_exponential

from tiny_api._product import VERSION
from tiny_api.errors import RegistryError

CONNECT_TIMEOUT_SECONDS: Final = 5.0
READ_TIMEOUT_SECONDS: Final = 60.0
ATTEMPTS: Final = 4

_REMEDIES: Final = {
    401: "Set TINY_DEPLOY_TOKEN to a token of this registry, or make one where its database is: "
    "`tiny token create --name NAME --fragment FRAGMENT`.",
    403: "Use the token of that fragment, or one made with `tiny token create --all`.",
    404: "Check TINY_API_URL and the name.",
    409: "Choose another --version, or leave --version out.",
    503: "Its database is busy or away. Try again shortly.",
}


class _Bearer(AuthBase):
    # A header alone would lose against an entry in ~/.netrc.
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Remote:
    """A registry at a base URL; use it in a `with` block. All methods raise `RegistryError`."""

    def __init__(self, api_url: str, token: str | None = None) -> None:
        self.api_url = api_url.rstrip("/")
        parts = urlsplit(self.api_url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise RegistryError(
                f"{api_url!r} is not the address of a registry.",
                "Set TINY_API_URL to one like http://127.0.0.1:8100.",
            )
        self._auth = None if token is None else _Bearer(token)
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"tiny-mosaic/{VERSION}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def current_release(self, name: str, contract_version: str) -> str | None:
        """Ask which release is current; None where nothing is deployed."""
        try:
            config = self._call("GET", _path("latest", name, contract_version))
        except RegistryError as error:
            if error.status == 404:
                return None
            raise
        release = config.get("release")
        return release if isinstance(release, str) else None

    def releases(
        self, name: str, contract_version: str, *, limit: int, before: str | None = None
    ) -> dict[str, Any]:
        """List releases, the newest first, as the API answers them."""
        query = {"limit": str(limit)} | ({} if before is None else {"before": before})
        return self._call("GET", _path("releases", name, contract_version), params=query)

    def contract_versions(self, name: str) -> tuple[str, ...]:
        """List the contract versions of a fragment; empty where there are none."""
        found = self._call("GET", "/tiny/fragments", params={"name": name})
        return tuple(
            line["contractVersion"]
            for fragment in found["fragments"]
            for line in fragment["contractVersions"]
        )

    def deploy(
        self, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]
    ) -> dict[str, Any]:
        """Send a release. Sending it twice is harmless, so a busy registry is asked again."""
        return self._call("POST", "/tiny/releases", data=fields, files=files)

    @retry(
        retry=retry_if_exception(
            lambda error: isinstance(error, RegistryError) and error.status == 503
        ),
        wait=wait_exponential(multiplier=0.25, max=2),
        stop=stop_after_attempt(ATTEMPTS),
        reraise=True,
    )
    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        url = self.api_url + path
        try:
            response = self._session.request(
                method,
                url,
                auth=self._auth,
                timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
                allow_redirects=False,
                **arguments,
            )
        except requests.RequestException as error:
            raise RegistryError(
                f"The registry at {self.api_url} cannot be reached ({_cause(error)}).",
                "Start it with `tiny api`, or set TINY_API_URL to where it runs.",
            ) from error
        if response.is_redirect:
            raise RegistryError(
                f"{url} redirects to {response.headers['Location']}.",
                "Set TINY_API_URL to the registry itself.",
                status=response.status_code,
            )
        body = _json(response)
        if not response.ok:
            raise _refusal(response, body)
        if body is None:
            raise RegistryError(
                f"{url} answered with something else than a JSON object.",
                "Set TINY_API_URL to a registry.",
                status=response.status_code,
            )
        return body


def _path(collection: str, *parts: str) -> str:
    return "/".join(("/tiny", collection, *(quote(part, safe="") for part in parts)))


def _json(response: requests.Response) -> dict[str, Any] | None:
    try:
        value = msgspec.json.decode(response.content)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refusal(response: requests.Response, body: dict[str, Any] | None) -> RegistryError:
    problem = body or {}
    errors = problem.get("errors")
    details = tuple(
        f"{error.get('problem', '')} {error.get('remedy', '')}".strip()
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict)
    )
    said = problem.get("title") if details else problem.get("detail")
    return RegistryError(
        f"The registry answered {response.status_code}: {said or response.reason}",
        _REMEDIES.get(response.status_code, ""),
        status=response.status_code,
        details=details,
    )


def _cause(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "it does not answer in time"
    if "refused" in str(error):
        return "nothing listens there"
    return type(error).__name__

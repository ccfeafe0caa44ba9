"""Every error that this package raises on purpose, as one tree.

* TinyApiError
    * SettingsError: a setting has a value that cannot be used
    * StoreError: the database cannot be opened or has the wrong layout
    * TokenError: a deploy token cannot be made, found or revoked
    * ProjectError: a project folder cannot be deployed as it is
    * RegistryError: the registry refused a request or could not be reached

Each message names the problem and the place; `remedy` says what to do next.
What the HTTP API answers is another matter: see `tiny_api.http.problems`.
"""

from __future__ import annotations


class TinyApiError(Exception):
    """The root of all errors that `tiny_api` raises on purpose."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem} {remedy}".strip())
        self.problem = problem
        self.remedy = remedy


class SettingsError(TinyApiError):
    """A setting has a value that cannot be used."""


class StoreError(TinyApiError):
    """The database cannot be opened or has the wrong layout."""


class TokenError(TinyApiError):
    """A deploy token cannot be made, found or revoked."""


class ProjectError(TinyApiError):
    """A project folder cannot be deployed as it is."""


class RegistryError(TinyApiError):
    """The registry refused a request or could not be reached.

    `status` is the HTTP status, or None if there was no answer; `details` are further lines,
    such as each field that a 422 complains about.
    """

    def __init__(
        self,
        problem: str,
        remedy: str = "",
        *,
        status: int | None = None,
        details: tuple[str, ...] = (),
    ) -> None:
        super().__init__(problem, remedy)
        self.status = status
        self.details = details

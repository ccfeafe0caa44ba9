"""Random tokens, for nonces and ids; drawn together, because each draw asks the kernel."""

from __future__ import annotations

import base64
import os
from typing import Final

from tiny_client.forks import renew_after_fork

__all__ = ["random_token"]

_TOKEN_BYTES: Final = 27
_TOKEN_LENGTH: Final = 36
_AT_ONCE: Final = 64


class _Tokens:
    """Tokens that nobody has had; safe to use from any thread, because `list.pop` is."""

    def __init__(self) -> None:
        self._left: list[str] = []
        renew_after_fork(self)

    def take(self) -> str:
        try:
            return self._left.pop()
        except IndexError:
            drawn = base64.urlsafe_b64encode(os.urandom(_TOKEN_BYTES * _AT_ONCE)).decode()
            tokens = [drawn[at : at + _TOKEN_LENGTH] for at in range(0, len(drawn), _TOKEN_LENGTH)]
            self._left.extend(tokens[1:])
            return tokens[0]

    def after_fork_in_child(self) -> None:
        """Leave those that were drawn to the parent."""
        self._left = []


_tokens = _Tokens()


def random_token() -> str:
    """Return 216 random bits, as characters that may stand in URLs and headers."""
    return _tokens.take()

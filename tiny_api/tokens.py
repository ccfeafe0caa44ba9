"""Deploy tokens: who may deploy which fragment.

A secret is 256 random bits in base64url behind the prefix `tiny_`. The database keeps its SHA-256
only: with that much randomness a slow password hash would add nothing but time to every deploy.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Engine, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from tiny_api.errors import TokenError
from tiny_api.grammar import NAME_RULE, is_name
from tiny_api.store.engine import write_transaction
from tiny_api.store.opened import opened_store
from tiny_api.store.schema import token as token_table

SECRET_PREFIX: Final = "tiny_"  # noqa: S105
SECRET_BITS: Final = 256
_TOKEN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
# RFC 6750, section 2.1: what may stand after "Bearer ".
_SECRET = re.compile(r"[A-Za-z0-9._~+/-]+=*")

_COLUMNS = (
    token_table.c.id,
    token_table.c.name,
    token_table.c.fragment,
    token_table.c.created_at,
    token_table.c.revoked_at,
    token_table.c.last_used_at,
)
_BY_SECRET: Final = select(*_COLUMNS, token_table.c.secret_sha256).where(
    token_table.c.secret_sha256 == bindparam("secret_sha256")
)


@dataclass(frozen=True, slots=True)
class Token:
    """What the registry knows about a token; the secret is not among it.

    `fragment` is the one fragment that it may deploy, or None for all.
    """

    id: int
    name: str
    fragment: str | None
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    def may_deploy(self, fragment: str) -> bool:
        """Whether this token's scope covers `fragment`."""
        return self.fragment is None or self.fragment == fragment


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made, with the secret that nobody can read again."""

    token: Token
    secret: str


def create_token(database: Engine | str | None, name: str, fragment: str | None = None) -> NewToken:
    """Make a token called `name` for one fragment, or for all where `fragment` is None.

    `database` is an engine, a URL, or None for the one of the environment.
    Raises `TokenError` if the name is taken or breaks its grammar.
    """
    secret = SECRET_PREFIX + secrets.token_urlsafe(SECRET_BITS // 8)
    with opened_store(database) as engine:
        return NewToken(_insert(engine, secret, name, fragment), secret)


def ensure_token(
    database: Engine | str | None, secret: str, name: str, fragment: str | None = None
) -> Token:
    """Make sure that the given secret is a token of this registry; safe to repeat.

    If another secret has the name already, the new token's name gets a number at its end.
    Raises `TokenError` if the secret is revoked, has another scope, or cannot stand in a header.
    """
    if not _SECRET.fullmatch(secret):
        raise TokenError(
            "The deploy token holds characters that cannot stand in an HTTP header.",
            "Use letters, digits and -._~+/ only.",
        )
    with opened_store(database) as engine:
        for number in range(1, 1000):
            known = find_token(engine, secret)
            if known is not None:
                return _checked(known, fragment)
            try:
                return _insert(
                    engine, secret, name if number == 1 else f"{name}-{number}", fragment
                )
            except _NameTakenError:
                continue
    raise TokenError(f"There are a thousand tokens named {name}-N.", "Choose another name.")


def find_token(engine: Engine, secret: str) -> Token | None:
    """Find the token with this secret, revoked or not; None if there is none."""
    digest = _digest(secret)
    with engine.connect() as connection:
        row = connection.execute(_BY_SECRET, {"secret_sha256": digest}).first()
    if row is None or not hmac.compare_digest(row.secret_sha256, digest):
        return None
    return _token(row)


def list_tokens(database: Engine | str | None = None) -> tuple[Token, ...]:
    """All tokens, the oldest first, revoked ones too."""
    with opened_store(database) as engine, engine.connect() as connection:
        rows = connection.execute(select(*_COLUMNS).order_by(token_table.c.id)).all()
    return tuple(_token(row) for row in rows)


def named_token(database: Engine | str | None, name: str) -> Token:
    """Find the token with this name. Raises `TokenError` if there is none."""
    for known in list_tokens(database):
        if known.name == name:
            return known
    raise TokenError(f"There is no token named {name!r}.", "See `tiny token list`.")


def revoke_token(database: Engine | str | None, name: str) -> Token:
    """Make a token useless from now on; revoking again changes nothing.

    Raises `TokenError` if there is no such token.
    """
    with opened_store(database) as engine:
        with write_transaction(engine) as connection:
            connection.execute(
                update(token_table)
                .where(token_table.c.name == name, token_table.c.revoked_at.is_(None))
                .values(revoked_at=datetime.now(UTC))
            )
        return named_token(engine, name)


class _NameTakenError(TokenError):
    """Another token has this name."""


def _insert(engine: Engine, secret: str, name: str, fragment: str | None) -> Token:
    if not _TOKEN_NAME.fullmatch(name):
        raise TokenError(
            f"{name!r} cannot name a token.",
            "Use a letter or digit, then up to 63 letters, digits, '_', '.', '@' or '-'.",
        )
    if fragment is not None and not is_name(fragment):
        raise TokenError(f"{fragment!r} cannot name a fragment.", f"It is {NAME_RULE}.")
    row = {
        "name": name,
        "secret_sha256": _digest(secret),
        "fragment": fragment,
        "created_at": datetime.now(UTC),
    }
    try:
        with write_transaction(engine) as connection:
            connection.execute(insert(token_table), row)
    except IntegrityError:
        raise _NameTakenError(
            f"There is a token named {name!r} already.",
            "Choose another name: the deploy log tells tokens apart by it.",
        ) from None
    return named_token(engine, name)


def _checked(known: Token, fragment: str | None) -> Token:
    if known.revoked_at is not None:
        raise TokenError(
            f"This secret belongs to the token {known.name!r}, which is revoked.",
            "Use another secret.",
        )
    if known.fragment != fragment:
        scope = known.fragment or "all fragments"
        raise TokenError(
            f"This secret belongs to the token {known.name!r}, which is for {scope}.",
            "Use another secret, or ask for the same scope.",
        )
    return known


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _token(row: Any) -> Token:
    return Token(row.id, row.name, row.fragment, row.created_at, row.revoked_at, row.last_used_at)

"""Deploy tokens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from tiny_api import tokens
from tiny_api.errors import TokenError
from tiny_api.settings import RegistrySettings
from tiny_api.store.opened import opened_store
from tiny_api.store.schema import token as token_table
from tiny_api.tokens import create_token, ensure_token, find_token, list_tokens, revoke_token


@pytest.fixture
def engine(settings: RegistrySettings) -> Iterator[Engine]:
    with opened_store(settings.database_url) as opened:
        yield opened


def test_a_secret_has_256_bits_and_is_not_stored(engine: Engine) -> None:
    made = create_token(engine, "ci")
    assert len(made.secret.removeprefix("tiny_")) == 43
    with engine.connect() as connection:
        row = connection.execute(select(token_table)).one()
    assert made.secret not in str(row)


def test_a_token_is_found_by_its_secret_only(engine: Engine) -> None:
    made = create_token(engine, "ci", "Cart")
    assert find_token(engine, made.secret) == made.token
    assert find_token(engine, made.secret + "x") is None
    assert find_token(engine, "") is None


def test_a_scoped_token_may_deploy_its_fragment_only(engine: Engine) -> None:
    scoped = create_token(engine, "ci", "Cart").token
    assert scoped.may_deploy("Cart")
    assert not scoped.may_deploy("cart")
    assert create_token(engine, "all").token.may_deploy("Anything")


def test_names_are_taken_once(engine: Engine) -> None:
    create_token(engine, "ci")
    with pytest.raises(TokenError, match="already"):
        create_token(engine, "ci")


@pytest.mark.parametrize("name", ["", " ", "-x", "a b", "x" * 65, "a\nb"])
def test_odd_names_are_refused(engine: Engine, name: str) -> None:
    with pytest.raises(TokenError, match="cannot name a token"):
        create_token(engine, name)


def test_a_scope_must_be_a_name(engine: Engine) -> None:
    with pytest.raises(TokenError, match="cannot name a fragment"):
        create_token(engine, "ci", "*")


def test_revoking_is_final_and_may_be_repeated(engine: Engine) -> None:
    create_token(engine, "ci")
    first = revoke_token(engine, "ci")
    assert first.revoked_at is not None
    assert revoke_token(engine, "ci") == first


def test_revoking_what_is_not_there_fails(engine: Engine) -> None:
    with pytest.raises(TokenError, match="no token named"):
        revoke_token(engine, "ci")


def test_a_given_secret_is_registered_once(engine: Engine) -> None:
    first = ensure_token(engine, "s3cret", "demo")
    assert ensure_token(engine, "s3cret", "demo") == first
    assert ensure_token(engine, "s3cret", "another-name") == first
    assert len(list_tokens(engine)) == 1


def test_another_secret_under_the_same_name_gets_a_number(engine: Engine) -> None:
    ensure_token(engine, "one", "demo")
    assert ensure_token(engine, "two", "demo").name == "demo-2"
    assert ensure_token(engine, "three", "demo").name == "demo-3"


def test_a_given_secret_must_fit_into_a_header(engine: Engine) -> None:
    for secret in ("", "two words", "é", "line\nbreak"):
        with pytest.raises(TokenError, match="HTTP header"):
            ensure_token(engine, secret, "demo")


def test_a_given_secret_that_is_revoked_or_has_another_scope_is_refused(engine: Engine) -> None:
    ensure_token(engine, "one", "demo", "Cart")
    with pytest.raises(TokenError, match="is for Cart"):
        ensure_token(engine, "one", "demo")
    revoke_token(engine, "demo")
    with pytest.raises(TokenError, match="is revoked"):
        ensure_token(engine, "one", "demo", "Cart")


def test_names_do_run_out(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: object) -> None:
        raise tokens._NameTakenError("taken")

    monkeypatch.setattr(tokens, "_insert", taken)
    with pytest.raises(TokenError, match="thousand"):
        ensure_token(engine, "one", "demo")

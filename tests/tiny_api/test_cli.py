"""The command line `tiny`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from tiny_api.cli import _COMMANDS, main
from tiny_api.cli.output import size

Tiny = Callable[..., Result]


@pytest.fixture
def tiny(live_registry: Any, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """Run `tiny` with the environment of a user of the live registry."""
    monkeypatch.setenv("TINY_API_URL", live_registry.url)
    monkeypatch.setenv("TINY_DEPLOY_TOKEN", live_registry.token)
    monkeypatch.setenv("TINY_DATABASE_URL", live_registry.database)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: object, answer: str = "") -> Result:
        return CliRunner().invoke(main, [str(each) for each in arguments], input=answer)

    return run


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str = "Cart", source: str = "define(['react'], f)", **manifest: Any) -> Path:
        folder = tmp_path / name
        (folder / "dist").mkdir(parents=True, exist_ok=True)
        content = {"name": name, "contractVersion": "1.0.0", **manifest}
        (folder / "tiny.json").write_text(json.dumps(content))
        (folder / "dist" / f"{name}.umd.js").write_text(source)
        (folder / "dist" / f"{name}.css").write_text(".a{}")
        return folder

    return make


MakeProject = Callable[..., Path]


def commands(group: click.Group, prefix: str = "") -> list[tuple[str, click.Command]]:
    context = click.Context(group)
    found: list[tuple[str, click.Command]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append((f"{prefix} {name}", command))
        if isinstance(command, click.Group):
            found.extend(commands(command, f"{prefix} {name}"))
    return found


def test_every_command_explains_itself_with_an_example() -> None:
    found = commands(main, "tiny")
    assert len(found) >= len(_COMMANDS)
    for name, command in found:
        assert command.help, name
        assert command.epilog, name
        assert "Example: " in command.epilog, name


def test_help_and_version_need_nothing() -> None:
    assert "deploy" in CliRunner().invoke(main, ["--help"]).output
    assert CliRunner().invoke(main, ["--version"]).output.startswith("tiny ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("deploy",),
        ("deploy", ".", "--metadata", "{"),
        ("deploy", ".", "--metadata", "[]"),
        ("deploy", ".", "--bundle", "umdBundle"),
        ("deploy", "a", "b", "--name", "Cart"),
        ("token", "create", "--name", "x"),
        ("token", "create", "--name", "x", "--all", "--fragment", "Cart"),
        ("releases", "Cart", "--before", "x"),
        ("api", "--port", "0"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_deploy_shows_sizes_and_what_is_current(tiny: Tiny, make_project: MakeProject) -> None:
    result = tiny("deploy", make_project(), "--version", "1")
    assert result.exit_code == 0, result.output
    for part in ("umdBundle", "Cart.umd.", "raw", "br", "gzip", "20 B", "none → 1", "react 19"):
        assert part in result.stdout
    assert "1 → 2" in tiny("deploy", make_project(source="other"), "--version", "2").stdout
    again = tiny("deploy", make_project(), "--version", "1")
    assert "2 → 1 (deployed before, current again)" in again.stdout
    assert "1, as before" in tiny("deploy", make_project(), "--version", "1").stdout


def test_deploy_takes_several_projects(tiny: Tiny, make_project: MakeProject) -> None:
    result = tiny("deploy", make_project(), make_project("Reviews"), "--json")
    deploys = json.loads(result.stdout)["deploys"]
    assert [each["name"] for each in deploys] == ["Cart", "Reviews"]
    assert deploys[0]["bundles"][0]["identity"] == 20


def test_nothing_is_sent_if_one_project_is_not_ready(
    tiny: Tiny, make_project: MakeProject, tmp_path: Path
) -> None:
    unbuilt = tmp_path / "unbuilt"
    unbuilt.mkdir()
    (unbuilt / "tiny.json").write_text('{"name": "X", "contractVersion": "1"}')
    result = tiny("deploy", make_project(), unbuilt)
    assert result.exit_code == 1
    assert "npm run build" in result.stderr
    assert tiny("releases", "Cart").exit_code == 1


def test_a_dry_run_sends_nothing_and_names_the_current_release(
    tiny: Tiny, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny("deploy", make_project(), "--version", "1")
    monkeypatch.delenv("TINY_DEPLOY_TOKEN")
    result = tiny("deploy", make_project(), "--dry-run")
    assert result.exit_code == 0, result.output
    assert "1; a deploy would make it one with an id made from the content" in result.stdout
    result = tiny("deploy", make_project(), "--dry-run", "--version", "2", "--json")
    assert json.loads(result.stdout)["deploys"][0]["release"] == "2"
    assert len(json.loads(tiny("releases", "Cart", "--json").stdout)["contractVersions"]) == 1


def test_options_go_over_the_manifest(
    tiny: Tiny, make_project: MakeProject, tmp_path: Path
) -> None:
    style = tmp_path / "other.css"
    style.write_text(".other{}")
    options = ("--name", "Basket", "--contract-version", "2", "--metadata", '{"pure": true}')
    result = tiny("deploy", make_project(), *options, "--bundle", f"cssBundle={style}", "--json")
    deployed = json.loads(result.stdout)["deploys"][0]
    assert (deployed["name"], deployed["contract_version"]) == ("Basket", "2")
    assert deployed["bundles"][1]["identity"] == len(".other{}")


def test_a_warning_of_the_registry_is_shown(tiny: Tiny, make_project: MakeProject) -> None:
    result = tiny("deploy", make_project(source="define(['jquery'], f)"))
    assert result.exit_code == 0
    assert "Warning" in result.stdout
    assert "jquery" in result.stdout


def test_no_token_says_how_to_get_one(
    tiny: Tiny, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TINY_DEPLOY_TOKEN")
    result = tiny("deploy", make_project())
    assert result.exit_code == 1
    assert "TINY_DEPLOY_TOKEN" in result.stderr
    assert "tiny token create" in result.stderr


def test_every_refusal_is_explained(
    tiny: Tiny, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_project()
    tiny("deploy", folder, "--version", "1")
    secret = tiny("token", "create", "--name", "reviews", "--fragment", "Reviews").stdout.strip()
    big = folder / "big.js"
    big.write_bytes(b"a" * (5 * 1024 * 1024 + 1))
    for options, expected in (
        (("--token", "wrong"), ("401", "TINY_DEPLOY_TOKEN")),
        (("--token", secret), ("403", "--all")),
        (("--version", "1", "--metadata", '{"a": 1}'), ("409", "another --version")),
        (("--bundle", f"umdBundle={big}"), ("413", "TINY_MAX_BUNDLE_BYTES")),
        (("--metadata", '{"api": 1, "pure": 1}'), ("422", "metadata.api", "metadata.pure")),
    ):
        result = tiny("deploy", folder, *options)
        assert result.exit_code == 1
        assert all(part in result.stderr for part in expected), result.stderr
    monkeypatch.setenv("TINY_API_URL", "http://127.0.0.1:9")
    result = tiny("deploy", folder)
    assert result.exit_code == 1
    assert "Start it with `tiny api`" in result.stderr


def test_what_was_deployed_before_a_failure_is_reported(
    tiny: Tiny, make_project: MakeProject
) -> None:
    tiny("deploy", make_project("B"), "--version", "1")
    make_project("B", source="other")
    result = tiny("deploy", make_project("A"), make_project("B", "x"), "--version", "1", "--json")
    assert result.exit_code == 1
    assert [each["name"] for each in json.loads(result.stdout)["deploys"]] == ["A"]


def test_releases_are_listed_with_the_current_one_marked(
    tiny: Tiny, make_project: MakeProject
) -> None:
    for version in ("1", "2", "3"):
        tiny("deploy", make_project(), "--version", version)
    tiny("deploy", make_project(), "--contract-version", "2.0.0", "--version", "9")
    lines = tiny("releases", "Cart").stdout.splitlines()
    assert any("current" in line and " 3 " in line for line in lines)
    assert any("2.0.0" in line for line in lines)
    page = tiny("releases", "Cart", "--contract-version", "1.0.0", "--limit", "2")
    assert "--before 2" in page.stdout
    rest = tiny("releases", "Cart", "--contract-version", "1.0.0", "--before", "2", "--json")
    listed = json.loads(rest.stdout)["contractVersions"][0]["releases"]
    assert [each["release"] for each in listed] == ["1"]


@pytest.mark.parametrize("options", [(), ("--contract-version", "1.0.0")])
def test_a_fragment_that_is_not_there_is_an_error(tiny: Tiny, options: tuple[str, ...]) -> None:
    result = tiny("releases", "Nothing", *options)
    assert result.exit_code == 1
    assert "Nothing" in result.stderr


def test_a_token_goes_to_standard_output_alone(tiny: Tiny) -> None:
    result = tiny("token", "create", "--name", "ci", "--fragment", "Cart")
    assert result.stdout.startswith("tiny_")
    assert len(result.stdout.splitlines()) == 1
    assert "not shown again" in result.stderr
    listed = tiny("token", "list").stdout
    assert "ci" in listed
    assert result.stdout.strip() not in listed


def test_tokens_can_be_read_by_machines(tiny: Tiny) -> None:
    made = json.loads(tiny("token", "create", "--name", "ci", "--all", "--json").stdout)
    assert made["secret"].startswith("tiny_")
    assert made["fragment"] is None
    listed = json.loads(tiny("token", "list", "--json").stdout)["tokens"]
    assert [each["name"] for each in listed] == ["tests", "ci"]
    assert "secret" not in listed[1]


def test_revoking_asks_first(tiny: Tiny) -> None:
    tiny("token", "create", "--name", "ci", "--all")
    assert tiny("token", "revoke", "ci", answer="n\n").exit_code == 1
    assert "stays as it is" in tiny("token", "revoke", "ci", "--dry-run").stdout
    assert "never" in tiny("token", "revoke", "ci", answer="y\n").stdout
    assert "is revoked since" in tiny("token", "revoke", "ci", "--yes").stdout
    assert tiny("token", "revoke", "nobody", "--yes").exit_code == 1


def test_an_empty_registry_has_no_tokens(tiny: Tiny, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'empty.db'}"
    assert "no token" in tiny("token", "list", "--database", database).stdout


def test_a_port_in_use_is_explained(tiny: Tiny, live_registry: Any) -> None:
    result = tiny("api", "--port", live_registry.url.rpartition(":")[2])
    assert result.exit_code == 1
    assert "--port" in result.stderr


def test_a_database_that_cannot_be_is_explained(tiny: Tiny) -> None:
    result = tiny("token", "list", "--database", "sqlite:////no/such/folder/x.db")
    assert result.exit_code == 1
    assert "does not exist" in result.stderr


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (61_940, "61.9 kB"), (5_242_880, "5.2 MB")],
)
def test_sizes_are_written_for_people(count: int, text: str) -> None:
    assert size(count) == text

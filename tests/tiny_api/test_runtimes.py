"""Which runtime a release gets where its metadata names none."""

from __future__ import annotations

import pytest

from tiny_api.grammar import version_order
from tiny_api.runtimes import DeployedRuntime, Runtime, infer_runtime


def deployed(name: str, contract_version: str, *modules: str) -> DeployedRuntime:
    return DeployedRuntime(Runtime(name, contract_version), frozenset(modules))


@pytest.mark.parametrize(
    ("modules", "name", "contract_version"),
    [
        ([], "plain", "1"),
        (["react", "react/jsx-runtime", "react-dom/client"], "react", "19"),
        (["vue", "@vue/shared"], "vue", "3"),
    ],
)
def test_known_frameworks_need_no_deployed_runtime(
    modules: list[str], name: str, contract_version: str
) -> None:
    assert infer_runtime(frozenset(modules), ()).runtime == Runtime(name, contract_version)


def test_a_deployed_runtime_with_all_the_modules_is_taken() -> None:
    runtimes = [deployed("preact", "10", "preact"), deployed("svelte", "5", "svelte", "svelte/a")]
    assert infer_runtime(frozenset({"svelte/a"}), runtimes).runtime == Runtime("svelte", "5")


def test_the_highest_contract_version_wins_by_number() -> None:
    runtimes = [deployed("react", version, "react") for version in ("9", "19", "18.3")]
    assert infer_runtime(frozenset({"react"}), runtimes).runtime == Runtime("react", "19")


def test_the_frameworks_own_name_wins_over_others_that_share_its_modules() -> None:
    runtimes = [deployed("react", "18", "react"), deployed("zreact", "99", "react")]
    assert infer_runtime(frozenset({"react"}), runtimes).runtime == Runtime("react", "18")


@pytest.mark.parametrize("modules", [{"jquery"}, {"react", "vue"}, {"react", "jquery"}])
def test_unknown_modules_give_no_runtime_and_a_warning_that_names_them(modules: set[str]) -> None:
    inference = infer_runtime(frozenset(modules), [deployed("react", "19", "react")])
    assert inference.runtime is None
    assert inference.warning is not None
    assert all(module in inference.warning for module in modules)


def test_many_unknown_modules_are_not_all_listed() -> None:
    warning = infer_runtime(frozenset(f"m{n:02}" for n in range(30)), ()).warning
    assert warning is not None
    assert "and 20 more" in warning


def test_versions_are_ordered_by_their_numbers() -> None:
    versions = ["1.10.0", "1.9.0", "2", "1.9.0-beta", "10", "x"]
    assert sorted(versions, key=version_order) == ["x", "1.9.0", "1.9.0-beta", "1.10.0", "2", "10"]

"""The rules grant what was used, and with `--exact` nothing else, as Kubernetes decides it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Final

import pytest

from kubewitness.investigate.access.permissions import Subject, Use
from kubewitness.investigate.access.roles import rule_document
from kubewitness.investigate.access.rules import grants
from support.random_access import RandomRequest, needed, random_requests
from support.rbac_coverage import GO, NEEDS_GO, Rules, uncovered
from support.used_access import used_in

pytestmark = pytest.mark.skipif(GO is None, reason=NEEDS_GO)

SEED: Final = 22


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For the store and the program."""
    return tmp_path_factory.mktemp("covers")


@pytest.fixture(scope="module")
def requests(pytestconfig: pytest.Config) -> dict[str, list[RandomRequest]]:
    """The requests in each random log: of a user of its own, so that one store has all logs."""
    draw = Random(SEED)  # noqa: S311 no secret
    logs = pytestconfig.getoption("cases")
    return {f"user-{number}": list(random_requests(draw)) for number in range(logs)}


@pytest.fixture(scope="module")
def uses(requests: Mapping[str, list[RandomRequest]], folder: Path) -> dict[str, list[Use]]:
    """The uses that the store shows, by user."""
    draw = Random(SEED)  # noqa: S311 no secret
    events = [one.event(user, draw) for user, some in requests.items() for one in some]
    used = used_in(events, folder).uses
    return {user: list(used.get(Subject("", user), ())) for user in requests}


def granted(uses: list[Use], *, exact: bool) -> dict[str, Rules]:
    """The rules that the generated roles have, by namespace."""
    found = grants(uses, exact=exact)
    assert not found.not_granted
    return {
        space: [{**rule_document(rule)} for rule in some] for space, some in found.rules.items()
    }


def pairs(
    owners: Mapping[str, Rules], servants: Mapping[str, Rules]
) -> Iterator[tuple[Rules, Rules]]:
    """The rules that hold in each namespace, and those that they are to cover."""
    for namespace, rules in servants.items():
        yield [*owners.get("", ()), *(owners.get(namespace, ()) if namespace else ())], rules


@pytest.mark.parametrize("exact", [False, True])
def test_no_permission_is_missing(
    requests: Mapping[str, list[RandomRequest]],
    uses: Mapping[str, list[Use]],
    folder: Path,
    exact: bool,
) -> None:
    """Every allowed request would be allowed again."""
    questions = [
        pair
        for user, some in requests.items()
        for pair in pairs(granted(uses[user], exact=exact), needed(some))
    ]
    assert len(questions) > len(requests)
    assert [one for one in uncovered(questions, folder) if one] == []


def test_exact_rules_grant_nothing_else(
    requests: Mapping[str, list[RandomRequest]], uses: Mapping[str, list[Use]], folder: Path
) -> None:
    """Names are kept."""
    questions = [
        pair
        for user, some in requests.items()
        for pair in pairs(needed(some), granted(uses[user], exact=True))
    ]
    assert len(questions) > len(requests)
    assert [one for one in uncovered(questions, folder) if one] == []


def test_the_comparison_notices_a_rule_that_is_missing_and_one_that_is_superfluous(
    requests: Mapping[str, list[RandomRequest]], uses: Mapping[str, list[Use]], folder: Path
) -> None:
    """Else the tests above would prove nothing."""
    user = next(user for user, some in requests.items() if len(needed(some)) > 1)
    rules = granted(uses[user], exact=True)
    wanted = needed(requests[user])
    less = {space: some for space, some in rules.items() if space != next(iter(rules))}
    assert any(uncovered(list(pairs(less, wanted)), folder))
    more = {"": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}
    assert any(uncovered(list(pairs(wanted, more)), folder))

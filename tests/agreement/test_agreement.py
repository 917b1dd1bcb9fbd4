"""Where our rules and other projects' checks differ, somebody has said why, and it is still so."""

import pytest

from agreement import cases
from agreement.cases import ACCOUNT_CASES, ENTRA_CASES, LOG_CASES, RUN_COMMAND_CASES
from agreement.peers import (
    AUDIT,
    AZURE_POLICY_RESOURCE_LOGS,
    CHECKOV_AZURE_MONITOR,
    KICS_AUDIT_LOGS,
    PSRULE_AUDIT_LOGS,
    Check,
    PeerVerdict,
    declared,
)
from agreement.table import (
    COMPARISONS,
    EXPLANATIONS,
    PAGE,
    PSRULE_LOGS_ANY,
    REASONS,
    Comparison,
    Relation,
    differs,
    page,
    peer_verdict,
    relation,
    summary,
)


@pytest.mark.parametrize("comparison", COMPARISONS, ids=lambda comparison: comparison.name)
def test_every_difference_is_explained_and_nothing_else(comparison: Comparison) -> None:
    """A new difference needs a reason; a reason that no longer applies must go."""
    found = {case.name for case in comparison.cases if differs(comparison, case)}
    explained = {name for check, name in EXPLANATIONS if check == comparison.name}
    assert explained == found


def test_a_difference_has_one_explanation() -> None:
    """No case is claimed by two reasons of one comparison, where one would silently win."""
    pairs = [(c.name, name) for r in REASONS for c in r.comparisons for name in r.cases]
    assert len(pairs) == len(set(pairs)) == len(EXPLANATIONS)


def test_a_reason_concerns_one_check() -> None:
    """The page names the check before the reason."""
    assert all(len({c.check for c in reason.comparisons}) == 1 for reason in REASONS)


@pytest.mark.parametrize("listed", [LOG_CASES, ACCOUNT_CASES, ENTRA_CASES, RUN_COMMAND_CASES])
def test_a_case_has_a_name_of_its_own(listed: tuple[cases.Case, ...]) -> None:
    """Explanations are found by the name."""
    names = [case.name for case in listed]
    assert len(names) == len(set(names))


def test_the_figures_add_up() -> None:
    """Each case is counted once, in each comparison."""
    for comparison in COMPARISONS:
        assert summary(comparison).total() == len(comparison.cases)


@pytest.mark.parametrize("comparison", COMPARISONS, ids=lambda comparison: comparison.name)
def test_what_we_pass_and_a_peer_stops_sends_an_audit_category(comparison: Comparison) -> None:
    """Being laxer on audit logs never means that there are none."""
    for case in comparison.cases:
        if relation(comparison, case) is Relation.LAXER:
            settings = declared(case.resources, cases.NAME).settings
            logs = [log for setting in settings for log in setting.logs if log.enabled]
            assert any(log.category.lower() in AUDIT or log.group == "allLogs" for log in logs)


def test_with_coverage_any_psrule_passes_nothing_that_we_stop_but_logs_without_destination() -> (
    None
):
    """The setting for those who follow PSRule's advice costs them nothing else."""
    stricter = [
        case.name
        for case in PSRULE_LOGS_ANY.cases
        if relation(PSRULE_LOGS_ANY, case) is Relation.STRICTER
    ]
    assert stricter == [cases.NO_DESTINATION]


@pytest.mark.parametrize(
    ("check", "name", "verdict"),
    [
        (PSRULE_AUDIT_LOGS, cases.ADMIN_GUARD, PeerVerdict.PASS),
        (PSRULE_AUDIT_LOGS, cases.BESIDE_METRICS, PeerVerdict.FAIL),
        (PSRULE_AUDIT_LOGS, cases.ALL_LOGS, PeerVerdict.FAIL),
        (KICS_AUDIT_LOGS, cases.ADMIN_ONLY, PeerVerdict.PASS),
        (KICS_AUDIT_LOGS, cases.TWO_SHARE, PeerVerdict.PASS),
        (KICS_AUDIT_LOGS, cases.OTHER_CLUSTER, PeerVerdict.FAIL),
        (CHECKOV_AZURE_MONITOR, cases.CONTAINER_INSIGHTS_ONLY, PeerVerdict.PASS),
        (AZURE_POLICY_RESOURCE_LOGS, cases.APISERVER_ONLY, PeerVerdict.PASS),
        (AZURE_POLICY_RESOURCE_LOGS, cases.READ_BACK, PeerVerdict.PASS),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_restated_check_decides_as_its_project_documents(
    check: Check, name: str, verdict: PeerVerdict
) -> None:
    """What is best known of each check, in its docs, tests and issues, is not restated wrongly."""
    (case,) = (case for case in LOG_CASES if case.name == name)
    assert peer_verdict(Comparison(check, "", ()), case) is verdict


def test_the_page_is_up_to_date() -> None:
    """Write it anew with `python tests/agreement_table.py`."""
    assert PAGE.read_text("utf-8") == page()

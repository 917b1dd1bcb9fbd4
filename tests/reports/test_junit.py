"""JUnit XML that CI systems read: what blocks fails, and nothing else does."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped

from kubewitness.errors import ExitCode
from kubewitness.policies.check import CheckResult, check
from kubewitness.policies.verdict import Outcome
from kubewitness.reports.junit import junit
from kubewitness.sources.load import load
from kubewitness.sources.loaded import NotLoaded, SourceFault, Violation
from support.states import state_resource, write_state

HOSTILE = "a\u202e\x1b[2J\n]]><failure>&\x00\ud800"


def checked(folder: Path, **changes: Any) -> CheckResult:
    """Check a state."""
    state = write_state(folder, state_resource("aks", inputs={"disableLocalAccounts": False}))
    return check(replace(load(state), **changes))


def parsed(text: str) -> JUnitXml:
    """Read a document with a common parser."""
    return JUnitXml.fromstring(text.encode())


def test_a_common_parser_reads_a_case_for_each_verdict(tmp_path: Path) -> None:
    """What blocks is a failure, a pass is a plain case, and everything else is skipped."""
    result = checked(tmp_path)
    (suite,) = parsed(junit([result]))
    cases = list(suite)
    assert len(cases) == len(result.verdicts) == suite.tests
    for case, verdict in zip(cases, result.verdicts, strict=True):
        kinds = {type(one) for one in case.result}
        blocking = verdict.blocks and verdict.outcome in (Outcome.FAIL, Outcome.UNDECIDED)
        passed = verdict.outcome is Outcome.PASS
        assert kinds == (set() if passed else {Failure} if blocking else {Skipped})
        assert (case.classname, case.name) == (verdict.policy_id, "aks")
    assert suite.failures == sum(v.blocks for v in result.verdicts) > 0


def test_what_could_not_be_read_is_an_error_and_hostile_text_stays_text(tmp_path: Path) -> None:
    """Of any control character, and of markup."""
    violations = (
        Violation(HOSTILE, HOSTILE, "mandatory", "", HOSTILE),
        Violation("acme", "soft", "advisory", "", HOSTILE),
    )
    result = checked(tmp_path, violations=violations, unreadable=(HOSTILE,))
    lost = NotLoaded(HOSTILE, "dev", ExitCode.USAGE, (SourceFault(HOSTILE), SourceFault("b")))
    document = parsed(junit([result], [lost]))
    first, second = document
    kinds = [type(one) for case in list(first)[-3:] for one in case.result]
    assert kinds == [Failure, Skipped, Error]
    assert [type(one) for case in second for one in case.result] == [Error]
    assert document.errors == 2

"""Verdicts as JUnit XML, which CI systems show as tests: a suite per source, a case per verdict.

There is no standard. This is what Jenkins' schema and the readers of GitLab and Azure DevOps have
in common. Source: https://github.com/testmoapp/junitxml.
"""

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from kubewitness.policies.check import CheckResult
from kubewitness.policies.messages import explain
from kubewitness.policies.registry import find_policy
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.printable import printable, printable_lines
from kubewitness.sources.loaded import Loaded, NotLoaded, Violation

_SOURCE: Final = "kubewitness.source"
_SKIPPED: Final = frozenset(Outcome) - {Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED}


def junit(results: Sequence[CheckResult], not_loaded: Sequence[NotLoaded] = ()) -> str:
    """Return a document with a suite for each source.

    A verdict that blocks is a failure. One that does not block is skipped, with the reason. A
    source that could not be read is an error.

    Args:
        results: of the sources that were checked.
        not_loaded: those that could not be.
    """
    root = ET.Element("testsuites", name="kubewitness")
    for result in results:
        _suite(root, str(result.loaded), _cases(result))
    for one in not_loaded:
        faults = "\n".join(printable_lines(fault.message) for fault in one.faults)
        name = f"{one.source} (stack {one.stack})" if one.stack else one.source
        _suite(root, name, [_case(_SOURCE, "can be read", "error", "not checked", faults)])
    for counted in ("tests", "failures", "errors", "skipped"):
        total = sum(int(suite.get(counted, 0)) for suite in root)
        root.set(counted, str(total))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(root: ET.Element, name: str, cases: Sequence[ET.Element]) -> None:
    suite = ET.SubElement(root, "testsuite", name=printable(name), tests=str(len(cases)))
    suite.extend(cases)
    for counted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(counted, str(len(suite.findall(f"testcase/{tag}"))))


def _cases(result: CheckResult) -> list[ET.Element]:
    loaded = result.loaded
    cases = [
        *(_verdict(loaded, verdict) for verdict in result.verdicts),
        *(_violation(loaded, violation) for violation in loaded.violations),
    ]
    if loaded.unreadable:
        unread = "\n".join(map(printable_lines, loaded.unreadable))
        cases.append(_case(_SOURCE, "is complete", "error", "unreadable", unread))
    return cases


def _verdict(loaded: Loaded, verdict: Verdict) -> ET.Element:
    name = verdict.resource.name
    if verdict.outcome is Outcome.PASS:
        case = _case(verdict.policy_id, name)
    else:
        tag, why = _tag_and_reason(verdict)
        text = explain(find_policy(verdict.policy_id), verdict)
        case = _case(verdict.policy_id, name, tag, why, text)
    if position := loaded.position_of(verdict.resource):
        case.set("file", printable(position.file))
        case.set("line", str(position.line))
    return case


def _tag_and_reason(verdict: Verdict) -> tuple[str, str]:
    """Return how a verdict that is not a pass is shown: the tag, and why in a few words."""
    outcome = verdict.outcome
    if outcome in _SKIPPED:
        return "skipped", outcome.value
    if verdict.blocks:
        return "failure", outcome.value
    return "skipped", f"{outcome.value}, which does not block"


def _violation(loaded: Loaded, violation: Violation) -> ET.Element:
    name, urn = f"{violation.pack}/{violation.policy}", violation.urn or str(loaded)
    tag = "failure" if violation.blocks else "skipped"
    return _case(name, urn, tag, violation.level, violation.message)


def _case(policy: str, name: str, tag: str = "", why: str = "", text: str = "") -> ET.Element:
    case = ET.Element("testcase", classname=printable(policy), name=printable(name))
    if tag:
        inner = ET.SubElement(
            case, tag, message=printable(f"{why}: {text.splitlines()[0]}" if text else why)
        )
        if tag != "skipped":
            inner.set("type", why)
        inner.text = printable_lines(text)
    return case

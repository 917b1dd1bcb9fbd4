"""Our rules against other projects' checks, case by case, and the page that tells of it.

`python tests/agreement_table.py` writes the page.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from agreement import cases, peers
from agreement.cases import ACCOUNT_CASES, ENTRA_CASES, LOG_CASES, RUN_COMMAND_CASES, Case
from agreement.peers import Check, PeerVerdict
from kubewitness.graph.build import build_graph
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import all_policies
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Outcome
from support.paths import ROOT

PAGE: Final = ROOT / "docs" / "enforce" / "agreement.md"
LOGS, ACCOUNTS, ENTRA = "aks-audit-logs", "aks-local-accounts", "aks-entra-rbac"
RUN_COMMAND = "aks-run-command"

DEFAULT: Final = Settings({}, all_policies())
COVERAGE_ANY: Final = Settings({LOGS: {"coverage": "any"}}, all_policies())


class Relation(Enum):
    """How a peer's verdict on a case stands to ours, by what each lets through."""

    AGREE = "agree"
    STRICTER = "we are stricter"
    LAXER = "we are laxer"
    SILENT = "peer does not decide"


@dataclass(frozen=True)
class Comparison:
    """A check of another project beside the rule of ours that asks the same.

    Attributes:
        check: the other project's check.
        rule: the id of our rule.
        cases: what both are put to.
        configuration: of our rule.
        setting: what is configured, for people; empty at the defaults.
    """

    check: Check
    rule: str
    cases: tuple[Case, ...]
    configuration: Settings = DEFAULT
    setting: str = ""

    @property
    def name(self) -> str:
        """The check, and what our rule is set to unless that is the default."""
        return f"{self.check.name}, {self.setting}" if self.setting else self.check.name


PSRULE_LOGS: Final = Comparison(peers.PSRULE_AUDIT_LOGS, LOGS, LOG_CASES)
PSRULE_LOGS_ANY: Final = Comparison(
    peers.PSRULE_AUDIT_LOGS, LOGS, LOG_CASES, COVERAGE_ANY, "coverage any"
)
KICS_LOGS: Final = Comparison(peers.KICS_AUDIT_LOGS, LOGS, LOG_CASES)
KUBESCAPE_LOGS: Final = Comparison(peers.KUBESCAPE_AUDIT_LOGS, LOGS, LOG_CASES)
CHECKOV_LOGS: Final = Comparison(peers.CHECKOV_AZURE_MONITOR, LOGS, LOG_CASES)
AZURE_POLICY_LOGS: Final = Comparison(peers.AZURE_POLICY_RESOURCE_LOGS, LOGS, LOG_CASES)
PSRULE_ENTRA: Final = Comparison(peers.PSRULE_MANAGED_AAD, ENTRA, ENTRA_CASES)
PSRULE_RBAC: Final = Comparison(peers.PSRULE_AZURE_RBAC, ENTRA, ENTRA_CASES)
KUBESCAPE_RBAC: Final = Comparison(peers.KUBESCAPE_AZURE_RBAC, ENTRA, ENTRA_CASES)

COMPARISONS: Final = (
    PSRULE_LOGS,
    PSRULE_LOGS_ANY,
    KICS_LOGS,
    KUBESCAPE_LOGS,
    CHECKOV_LOGS,
    AZURE_POLICY_LOGS,
    Comparison(peers.PSRULE_LOCAL_ACCOUNTS, ACCOUNTS, ACCOUNT_CASES),
    Comparison(peers.CHECKOV_LOCAL_ACCOUNTS, ACCOUNTS, ACCOUNT_CASES),
    Comparison(peers.AZURE_POLICY_LOCAL_ACCOUNTS, ACCOUNTS, ACCOUNT_CASES),
    PSRULE_ENTRA,
    PSRULE_RBAC,
    KUBESCAPE_RBAC,
    Comparison(peers.AZURE_POLICY_RUN_COMMAND, RUN_COMMAND, RUN_COMMAND_CASES),
)
"""Every comparison, in the order of the page."""


@dataclass(frozen=True)
class Reason:
    """Why a check and our rule differ, on all the cases that the reason covers.

    Attributes:
        comparisons: where the difference shows; all of one check.
        cases: the names of the cases.
        text: the explanation, in whole sentences.
    """

    comparisons: tuple[Comparison, ...]
    cases: tuple[str, ...]
    text: str


BOTH_PSRULE: Final = (PSRULE_LOGS, PSRULE_LOGS_ANY)
WITHOUT_INSIGHTS: Final = (
    cases.COMPLETE,
    cases.ALL_LOGS,
    cases.AUDIT_GROUP,
    cases.READ_BACK,
    cases.UNSELECTED,
    cases.TWO_SHARE,
    cases.AUDIT_TO_STORAGE,
    cases.TWICE,
    cases.BESIDE_METRICS,
    cases.BESIDE_PLATFORM,
    cases.LITERAL_ID,
    cases.RETENTION,
    cases.OTHER_CASE,
    cases.CLASSIC,
    cases.CLASSIC_GROUP,
    cases.CLASSIC_IMPLIED,
)

REASONS: Final = (
    Reason(
        (PSRULE_LOGS,),
        (cases.ADMIN_GUARD, cases.AUDIT_GUARD),
        "It is content with either of `kube-audit` and `kube-audit-admin`, and its maintainers "
        "advise against both because of the cost "
        "([#2449](https://github.com/Azure/PSRule.Rules.Azure/issues/2449)). Our default demands "
        "both: `kube-audit-admin` alone leaves out reads, and CIS AKS 2.1.1 names both. With "
        "`coverage: any` we agree.",
    ),
    Reason(
        BOTH_PSRULE,
        (cases.ALL_LOGS, cases.READ_BACK, cases.CLASSIC_GROUP),
        "It reads categories only, so it reports a cluster that sends everything. The project's "
        "rules for other services know category groups; the one for AKS does not.",
    ),
    Reason(
        BOTH_PSRULE,
        (cases.AUDIT_GROUP,),
        "It reads categories only and fails. Our result is undecided, because Azure does not "
        "document the categories of the group `audit` for a cluster. Both block the deployment.",
    ),
    Reason(
        BOTH_PSRULE,
        (cases.TWO_SHARE, cases.AUDIT_TO_STORAGE, cases.BESIDE_METRICS, cases.BESIDE_PLATFORM),
        "It demands an audit category and `guard` of each setting by itself, so one setting more "
        "turns a complete cluster into a failure. We take all settings of the cluster together, "
        "as Azure does. Reported for a sister rule with the same loop "
        "([#1726](https://github.com/Azure/PSRule.Rules.Azure/issues/1726)).",
    ),
    Reason(
        BOTH_PSRULE,
        (cases.NO_DESTINATION,),
        "It does not look at destinations. A setting without one sends nothing anywhere.",
    ),
    Reason(
        (KICS_LOGS,),
        (cases.ADMIN_GUARD, cases.AUDIT_GUARD),
        "It is content with either of `kube-audit` and `kube-audit-admin`. Our default demands "
        "both: `kube-audit-admin` alone leaves out reads, and CIS AKS 2.1.1 names both. With "
        "`coverage: any` we pass these, too.",
    ),
    Reason(
        (KICS_LOGS,),
        (cases.NO_GUARD, cases.AUDIT_ONLY, cases.ADMIN_ONLY),
        "It does not ask for `guard`, which CIS AKS 2.1.1 does not name. Without `guard` there is "
        "no record of Entra ID sign-ins and Azure RBAC decisions.",
    ),
    Reason(
        (KICS_LOGS,),
        (cases.ALL_LOGS, cases.READ_BACK, cases.CLASSIC_GROUP),
        "It reads `category` and not `category_group`, so it reports a cluster that sends "
        "everything.",
    ),
    Reason(
        (KICS_LOGS,),
        (cases.AUDIT_GROUP,),
        "It reads `category` and not `category_group` and fails. Our result is undecided, "
        "because Azure does not document the categories of the group `audit` for a cluster. "
        "Both block the deployment.",
    ),
    Reason(
        (KICS_LOGS,),
        (cases.LITERAL_ID,),
        "It compares the target with the text of a reference to the cluster, so it does not "
        "find a link in a literal ID, or in one that passes through a variable, a module or an "
        "index. We compare known IDs and follow dependencies of unknown ones.",
    ),
    Reason(
        (KICS_LOGS,),
        (cases.NO_DESTINATION,),
        "It does not look at destinations. A setting without one sends nothing anywhere.",
    ),
    Reason(
        (KICS_LOGS,),
        (cases.OTHER_CASE,),
        "It compares categories with regard to case. We do not, as PSRule does not, either.",
    ),
    Reason(
        (KICS_LOGS,),
        (cases.CLASSIC_IMPLIED,),
        "It requires `enabled = true` in the legacy `log` block, which is the block's default.",
    ),
    Reason(
        (KUBESCAPE_LOGS,),
        tuple(case.name for case in LOG_CASES),
        "The control is manual: it asks people to look, whatever the cluster.",
    ),
    Reason(
        (CHECKOV_LOGS,),
        tuple(name for name in WITHOUT_INSIGHTS if name != cases.AUDIT_GROUP),
        "It asks for the add-on `omsagent`, Container Insights, which collects from nodes and "
        "containers. It does not read diagnostic settings, which are what sends audit logs.",
    ),
    Reason(
        (CHECKOV_LOGS,),
        (cases.AUDIT_GROUP,),
        "It does not read the setting and fails because the add-on is missing. Our result is "
        "undecided, because Azure does not document the categories of the group `audit` for a "
        "cluster. Both block the deployment.",
    ),
    Reason(
        (CHECKOV_LOGS,),
        (cases.CONTAINER_INSIGHTS_ONLY, cases.CLASSIC_INSIGHTS),
        "It passes a cluster without audit logs, because Container Insights does not collect "
        "audit logs.",
    ),
    Reason(
        (AZURE_POLICY_LOGS,),
        (
            cases.ADMIN_GUARD,
            cases.AUDIT_GUARD,
            cases.NO_GUARD,
            cases.AUDIT_ONLY,
            cases.ADMIN_ONLY,
            cases.GUARD_ONLY,
            cases.APISERVER_ONLY,
        ),
        "Any enabled category makes it compliant, `kube-apiserver` alone included, which is the "
        "API server's own diagnostics and no audit log.",
    ),
    Reason(
        (AZURE_POLICY_LOGS,),
        (cases.AUDIT_GROUP,),
        "Any enabled entry makes it compliant. Our result is undecided, because Azure does not "
        "document the categories of the group `audit` for a cluster.",
    ),
    Reason(
        (AZURE_POLICY_LOGS,),
        (cases.NO_DESTINATION,),
        "It does not ask for a destination. A setting without one sends nothing anywhere.",
    ),
    Reason(
        (AZURE_POLICY_LOGS,),
        (cases.RETENTION,),
        "It demands that the legacy retention policy of logs in a storage account is for ever or "
        "for 365 days. `aks-audit-logs` asks whether logs are sent, not how long they are kept.",
    ),
    Reason(
        (PSRULE_ENTRA,),
        (cases.MANAGED_ONLY, cases.MANAGED_RBAC_OFF, cases.ENTRA_CLASSIC_MANAGED),
        "It asks for managed Entra ID alone; Azure.AKS.AzureRBAC asks for the other half. Our "
        "rule asks for both.",
    ),
    Reason(
        (PSRULE_RBAC,),
        (cases.RBAC_ONLY,),
        "It asks for Azure RBAC alone; Azure.AKS.ManagedAAD asks for the other half. Our rule "
        "asks for both.",
    ),
    Reason(
        (KUBESCAPE_RBAC,),
        (cases.RBAC_ONLY,),
        "It requires Azure RBAC only. Our policy also requires managed Entra ID, without which "
        "Azure RBAC has no users.",
    ),
)
"""Every reason there is to differ, in the order of the page."""

EXPLANATIONS: Final = {
    (comparison.name, name): reason.text
    for reason in REASONS
    for comparison in reason.comparisons
    for name in reason.cases
}
"""The explanation of each comparison's difference on each case."""


def our_outcome(comparison: Comparison, case: Case) -> Outcome:
    """What our rule says of the case's cluster."""
    verdicts = evaluate(all_policies(), build_graph(case.resources), comparison.configuration)
    (outcome,) = (
        verdict.outcome
        for verdict in verdicts
        if verdict.policy_id == comparison.rule and verdict.resource.name == cases.NAME
    )
    return outcome


def peer_verdict(comparison: Comparison, case: Case) -> PeerVerdict:
    """What the other project's check says of the case's cluster."""
    return comparison.check.decide(peers.declared(case.resources, cases.NAME))


def differs(comparison: Comparison, case: Case) -> bool:
    """Whether the two say different things, even where both stop the deployment."""
    return our_outcome(comparison, case).value != peer_verdict(comparison, case).value


def relation(comparison: Comparison, case: Case) -> Relation:
    """How the two stand to each other; undecided stops a deployment, as it does by default."""
    peer = peer_verdict(comparison, case)
    if peer is PeerVerdict.MANUAL:
        return Relation.SILENT
    we_pass = our_outcome(comparison, case) is Outcome.PASS
    if we_pass is (peer is PeerVerdict.PASS):
        return Relation.AGREE
    return Relation.LAXER if we_pass else Relation.STRICTER


def summary(comparison: Comparison) -> Counter[Relation]:
    """How many cases stand in each relation."""
    return Counter(relation(comparison, case) for case in comparison.cases)


_INTRODUCTION: Final = """\
# Agreement with other checks

Other projects check AKS clusters, too. This page applies their checks and our policies to the same
clusters, shows every verdict, and explains every difference. `make docs` generates it from
`tests/agreement/cases.py` and `tests/agreement/peers.py`. A test fails if the page is out of date,
if a difference has no explanation, or if an explanation explains no difference.

The other projects are not run. Their logic is restated from the files below, at the revision of
each link, and may have changed since. Each project reads its own format, and receives the same
cluster in that format. All values except IDs are known, so this page does not show the result of a
check for a value that is known only after a deployment.
"""

_SUMMARY: Final = """\
## In figures

*Agree* means that both pass the cluster or both block it. Undecided counts as blocking, which is
the default. *Stricter* means that we block a cluster that the other check passes, and *laxer* the
opposite. Two checks with different questions can agree by chance: Checkov and our policy both block
a cluster without the add-on and without a diagnostic setting.
"""

_LOGS: Final = """\
## Audit logs

`all` is our rule `aks-audit-logs` at its default, `any` with `coverage: any`. Numbers refer to the
explanations at the end of this page.
"""

_ACCOUNTS: Final = """\
## Local accounts

Where the property is absent, local accounts are enabled: that is Azure's default. All agree.
"""

_ENTRA: Final = """\
## Entra ID and Azure RBAC

Our rule `aks-entra-rbac` demands both halves, which others ask for one by one.
"""

_RUN_COMMAND: Final = """\
## Run command

Where the property is absent, run command is enabled: that is Azure's default. Azure Policy agrees.
PSRule, Kubescape, Checkov, Trivy and the CIS AKS Benchmark have no such check.
"""

_NOT_COMPARED: Final = """\
## Not compared

PSRule's Azure.AKS.AuditAdmin requires the opposite of our default: to save cost it fails every
cluster that collects `kube-audit`. To use it together with our policy, set `coverage: any` and
collect `kube-audit-admin`.

Azure Policy's 7f89b1eb, for selected resource types, is not a check of AKS. According to an issue,
it fails other services for which Azure returns `allLogs` as enabled and `audit` as disabled
([#1370](https://github.com/Azure/azure-policy/issues/1370)). 245fc9df counts entries, and according
to Azure's documentation `count` judges each of them separately.
"""

_EXPLANATIONS: Final = """\
## Why they differ
"""


def page() -> str:
    """The page, complete, ending in a newline."""
    numbers = {text: n for n, text in enumerate(dict.fromkeys(r.text for r in _named_reasons()), 1)}
    return "\n".join(
        (
            _INTRODUCTION,
            *_checks(),
            "",
            _SUMMARY,
            *_figures(),
            "",
            _LOGS,
            *_verdicts(LOGS, ("`all`", "`any`"), numbers),
            "",
            _ACCOUNTS,
            *_verdicts(ACCOUNTS, ("ours",), numbers),
            "",
            _ENTRA,
            *_verdicts(ENTRA, ("ours",), numbers),
            "",
            _RUN_COMMAND,
            *_verdicts(RUN_COMMAND, ("ours",), numbers),
            "",
            _NOT_COMPARED,
            _EXPLANATIONS,
            *_list(numbers),
            "",
        )
    )


def _named_reasons() -> Iterator[Reason]:
    """The reasons, with the check's name before the text, so that equal texts stay apart."""
    for reason in REASONS:
        check = reason.comparisons[0].check.name
        yield Reason(reason.comparisons, reason.cases, f"**{check}.** {reason.text}")


def _checks() -> Iterator[str]:
    checks = dict.fromkeys(comparison.check for comparison in COMPARISONS)
    yield from _head("check", "reads", "logic")
    for check in checks:
        yield _row(check.name, check.reads, f"[`{Path(check.path).name}`]({check.url})")


def _figures() -> Iterator[str]:
    yield from _head("check", "our rule", "cases", *(relation.value for relation in Relation))
    for comparison in COMPARISONS:
        counted = summary(comparison)
        rule = f"`{comparison.rule}`"
        if comparison.setting:
            rule = f"{rule}, {comparison.setting}"
        figures = (str(counted[relation]) for relation in Relation)
        yield _row(comparison.check.name, rule, str(len(comparison.cases)), *figures)


def _verdicts(rule: str, ours: tuple[str, ...], numbers: dict[str, int]) -> Iterator[str]:
    """One row for each case; a check that is compared twice has one column."""
    mine = [comparison for comparison in COMPARISONS if comparison.rule == rule]
    checks = dict.fromkeys(comparison.check for comparison in mine)
    by_setting = {comparison.setting: comparison for comparison in mine}
    yield from _head("cluster", *ours, *(check.name for check in checks))
    for case in mine[0].cases:
        own = (our_outcome(comparison, case).value for comparison in by_setting.values())
        theirs = (_cell([c for c in mine if c.check is check], case, numbers) for check in checks)
        yield _row(case.name, *own, *theirs)


def _cell(comparisons: list[Comparison], case: Case, numbers: dict[str, int]) -> str:
    """A check's verdict, and the numbers of what explains it."""
    said = peer_verdict(comparisons[0], case).value
    found = {
        numbers[reason.text]
        for reason in _named_reasons()
        if case.name in reason.cases
        and any(comparison in reason.comparisons for comparison in comparisons)
    }
    references = ", ".join(str(number) for number in sorted(found))
    return f"{said} ({references})" if references else said


def _list(numbers: dict[str, int]) -> Iterator[str]:
    for text, number in numbers.items():
        yield f"{number}. {text}"


def _head(*titles: str) -> Iterable[str]:
    return _row(*titles), "|" + "---|" * len(titles)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")

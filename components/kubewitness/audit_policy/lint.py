"""Finds mistakes in an audit policy file.

Sources: Kubernetes docs, "Auditing" and "kube-apiserver Audit Configuration (v1)"; kube-apiserver's
validation, `k8s.io/apiserver/pkg/apis/audit/validation`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kubewitness.audit_policy.file import API_VERSION, KIND, FileRule, PolicyFile
from kubewitness.audit_policy.names import name_faults
from kubewitness.audit_policy.policy import LEVELS, AuditRule, Level
from kubewitness.audit_policy.reachability import ApiObject, Request, find_request

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class LintFinding:
    """A mistake in a policy.

    Attributes:
        code: its kind, such as `unreachable-rule`.
        severity: `error`: kube-apiserver refuses the file, or a rule has no effect; `warning`:
            secrets are logged, or attacks are not; `note`: the rest.
        place: `FILE:LINE`.
        message: what is wrong and how to fix it.
    """

    code: str
    severity: Severity
    place: str
    message: str


_WRITES: Final = ("create", "update", "patch")
_ALL: Final = ("get", "list", "watch", *_WRITES, "delete", "deletecollection")

_BODIES: Final[Sequence[tuple[ApiObject, Level, Sequence[str]]]] = (
    (ApiObject("", "secrets"), "Request", _WRITES),
    (ApiObject("", "secrets"), "RequestResponse", _ALL),
    (ApiObject("", "configmaps"), "Request", _WRITES),
    (ApiObject("", "configmaps"), "RequestResponse", _ALL),
    (ApiObject("authentication.k8s.io", "tokenreviews"), "Request", ("create",)),
    (ApiObject("", "serviceaccounts", "token"), "RequestResponse", ("create",)),
)
"""Objects whose bodies contain credentials, from which level, and in requests of which verbs."""

_WAYS_IN: Final[Sequence[tuple[ApiObject, Sequence[str]]]] = (
    (ApiObject("", "pods", "exec"), ("get", "create")),
    (ApiObject("", "pods", "attach"), ("get", "create")),
    (ApiObject("", "pods", "portforward"), ("get", "create")),
    (ApiObject("", "pods", "ephemeralcontainers"), ("update", "patch")),
    (ApiObject("", "pods", "proxy"), ("get", "create")),
    (ApiObject("", "services", "proxy"), ("get", "create")),
    (ApiObject("", "nodes", "proxy"), ("get", "create")),
)
"""Requests by which commands are run in containers or traffic enters them."""

_NEVER: Final = AuditRule("None")
"""The level of kube-apiserver for a request that no rule matches."""


def lint(policy: PolicyFile) -> list[LintFinding]:
    """Return the mistakes in a policy, in the order of the file."""
    found = [
        *_missing(policy),
        *name_findings(policy),
        *_unreachable(policy),
        *_bodies(policy),
        *_ways_in(policy),
        *_stages(policy),
        *_unmatched(policy),
    ]
    order = {place: number for number, place in enumerate(_places(policy))}
    return sorted(found, key=lambda each: order.get(each.place, -1))


def _places(policy: PolicyFile) -> Iterator[str]:
    lines = policy.file.text.count("\n") + 2
    yield from (f"{policy.file.path}:{number}" for number in range(1, lines))


def _missing(policy: PolicyFile) -> Iterator[LintFinding]:
    constants = {"apiVersion": API_VERSION, "kind": KIND}
    for key in policy.missing:
        yield LintFinding(
            "missing-key",
            "error",
            policy.file.at(()),
            f"`{key}` is missing, so kube-apiserver refuses the file; add "
            f"`{key}: {constants[key]}`",
        )


def name_findings(policy: PolicyFile) -> Iterator[LintFinding]:
    """Yield what is wrong with the names in each rule."""
    for rule in policy.rules:
        for severity, code, steps, message in name_faults(rule):
            yield LintFinding(code, severity, policy.at(rule, *steps), message)


def _earlier(policy: PolicyFile, rule: FileRule | None) -> list[AuditRule]:
    rules = policy.rules if rule is None else policy.rules[: rule.number - 1]
    return [each for one in rules for each in one.alternatives]


def _request(
    policy: PolicyFile,
    rule: FileRule | None,
    objects: Iterable[ApiObject] | None = None,
    verbs: Sequence[str] | None = None,
) -> Request | None:
    """Return a request that a rule decides; None for the rule: that no rule matches."""
    earlier = _earlier(policy, rule)
    for each in (_NEVER,) if rule is None else rule.alternatives:
        if found := find_request(each, earlier, objects=objects, verbs=verbs):
            return found
    return None


def _unreachable(policy: PolicyFile) -> Iterator[LintFinding]:
    for rule in policy.rules:
        earlier = _earlier(policy, rule)
        dead = [n for n, each in enumerate(rule.alternatives) if not find_request(each, earlier)]
        if len(dead) == len(rule.alternatives):
            yield LintFinding(
                "unreachable-rule",
                "error",
                policy.at(rule),
                f"rule {rule.number} never applies: earlier rules match all of its requests, and "
                f"the first match decides; move it before {_shadowing(policy, rule)} or remove it",
            )
        else:
            for number in dead:
                yield LintFinding(
                    "unreachable-resources",
                    "error",
                    policy.at(rule, "resources", number),
                    f"entry {number + 1} of `resources` in rule {rule.number} never applies: "
                    "earlier rules match all of its requests; move the rule or remove the entry",
                )


def _shadowing(policy: PolicyFile, rule: FileRule) -> str:
    """Return the earliest rules without which the rule would apply."""
    earlier = policy.rules[: rule.number - 1]
    needed = [
        one.number
        for one in earlier
        if any(
            find_request(
                each, [a for other in earlier if other is not one for a in other.alternatives]
            )
            for each in rule.alternatives
        )
    ]
    return f"rule {needed[0]}" if needed else "the rules above it"


def _bodies(policy: PolicyFile) -> Iterator[LintFinding]:
    reported: set[tuple[int, str]] = set()
    for rule in policy.rules:
        for one, least, verbs in _BODIES:
            if (
                LEVELS.index(rule.level) < LEVELS.index(least)
                or (rule.number, str(one)) in reported
            ):
                continue
            if found := _request(policy, rule, [one], verbs):
                reported.add((rule.number, str(one)))
                yield LintFinding(
                    "credentials-logged",
                    "warning",
                    policy.at(rule, "level"),
                    f"rule {rule.number} logs the body of {one}, which contains credentials "
                    f"({found}); add a rule with `level: Metadata` for it before this one",
                )


def _ways_in(policy: PolicyFile) -> Iterator[LintFinding]:
    silent = [rule for rule in policy.rules if rule.level == "None"]
    for rule in (*silent, None):
        missed = [
            found for one, verbs in _WAYS_IN if (found := _request(policy, rule, [one], verbs))
        ]
        if missed:
            name = f"rule {rule.number} drops" if rule else "no rule logs"
            what = ", ".join(str(each.target) for each in missed)
            yield LintFinding(
                "way-in-not-logged",
                "warning",
                policy.at(rule),
                f"{name} {what}, by which commands are run in containers or traffic enters them "
                f"(for example: {missed[0]}); add a rule with `level: Metadata` for them before it",
            )


def _stages(policy: PolicyFile) -> Iterator[LintFinding]:
    for rule in policy.rules:
        if rule.level == "None":
            continue
        if "ResponseComplete" in rule.omitted:
            yield LintFinding(
                "outcome-not-logged",
                "warning",
                policy.at(rule, "omitStages"),
                f"rule {rule.number} omits the stage ResponseComplete: whether a request succeeded "
                "is not logged, and detections find nothing; omit only RequestReceived",
            )
        elif "RequestReceived" not in rule.omitted:
            yield LintFinding(
                "logged-twice",
                "note",
                policy.at(rule),
                f"rule {rule.number} logs each request twice, when it arrives and when it is "
                "answered; add `omitStages: [RequestReceived]` to the policy to halve the log",
            )


def _unmatched(policy: PolicyFile) -> Iterator[LintFinding]:
    if found := _request(policy, None):
        yield LintFinding(
            "no-last-rule",
            "warning",
            policy.at(None),
            f"requests that no rule matches are not logged (for example: {found}); end the rules "
            "with `- level: Metadata`",
        )

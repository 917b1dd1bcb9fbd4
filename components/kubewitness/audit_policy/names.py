"""Finds names in a rule of an audit policy that kube-apiserver refuses, or that match nothing."""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from kubewitness.audit_policy.file import FileRule
from kubewitness.audit_policy.policy import ANY_GROUP, AuditRule
from kubewitness.catalog.kubernetes_api import (
    KUBERNETES_RESOURCES,
    PATH_VERBS,
    RBAC_ONLY_VERBS,
    RESOURCE_VERBS,
    is_cluster_scoped,
)
from kubewitness.documents.suggestions import did_you_mean

_SERVICE_ACCOUNT: Final = "system:serviceaccount:"
_GROUPS: Final = (
    *("system:authenticated", "system:unauthenticated", "system:masters", "system:nodes"),
    "system:serviceaccounts",
)


class NameFault(NamedTuple):
    """A name in a rule that has no effect.

    Attributes:
        severity: `error`: refused by kube-apiserver, or without effect; `warning`: probably so.
        code: its kind.
        steps: where it is in the rule.
        message: what is wrong and how to fix it.
    """

    severity: Literal["error", "warning", "note"]
    code: str
    steps: tuple[int | str, ...]
    message: str


def name_faults(rule: FileRule) -> Iterator[NameFault]:
    """Yield what is wrong with the names in a rule."""
    first = rule.alternatives[0]
    yield from _user_faults(first)
    yield from _verb_faults(first)
    yield from _path_faults(first)
    if first.resources is not None:
        for number, each in enumerate(rule.alternatives):
            yield from _resource_faults(number, each)


def _user_faults(rule: AuditRule) -> Iterator[NameFault]:
    for number, name in enumerate(rule.users):
        if name in _GROUPS or name.startswith("system:serviceaccounts:"):
            yield NameFault(
                *("error", "group-as-user", ("users", number)),
                f"`{name}` is a group, and no user has this name; move it to `userGroups`",
            )
    for number, name in enumerate(rule.groups):
        if name.startswith(_SERVICE_ACCOUNT):
            yield NameFault(
                *("error", "user-as-group", ("userGroups", number)),
                f"`{name}` is a user, and no group has this name; move it to `users`",
            )


def _verb_faults(rule: AuditRule) -> Iterator[NameFault]:
    known: tuple[str, ...] = PATH_VERBS if rule.paths else RESOURCE_VERBS
    if rule.resources is None and not rule.namespaces and not rule.paths:
        known = (*RESOURCE_VERBS, *PATH_VERBS)
    for number, verb in enumerate(rule.verbs):
        if verb in known:
            continue
        why = (
            "exists only in RBAC, and no request has it"
            if verb in RBAC_ONLY_VERBS
            else f"is not a verb of such requests{did_you_mean(verb, known)}"
        )
        yield NameFault("error", "unknown-verb", ("verbs", number), f"`{verb}` {why}")


def _path_faults(rule: AuditRule) -> Iterator[NameFault]:
    if rule.paths and (rule.resources is not None or rule.namespaces):
        yield NameFault(
            *("error", "resources-and-paths", ("nonResourceURLs",)),
            "a rule cannot have both `nonResourceURLs` and `resources` or `namespaces`: "
            "kube-apiserver refuses the file; write two rules",
        )
    for number, path in enumerate(rule.paths):
        if path != "*" and (not path.startswith("/") or "*" in path[:-1]):
            yield NameFault(
                *("error", "malformed-path", ("nonResourceURLs", number)),
                f"`{path}` must begin with `/` and can have `*` only at its end: kube-apiserver "
                "refuses the file",
            )


def _resource_faults(number: int, rule: AuditRule) -> Iterator[NameFault]:
    ((group, resources),) = (rule.resources or {}).items()
    steps = ("resources", number)
    if group == ANY_GROUP:
        yield NameFault(
            *("note", "any-group", (*steps, "group")),
            "`*` matches every group only since Kubernetes 1.36; before, it matches nothing",
        )
        return
    if "/" in group:
        yield NameFault(
            *("error", "version-in-group", (*steps, "group")),
            f"`{group}` is a group with a version; write `{group.partition('/')[0]}`",
        )
        return
    known = KUBERNETES_RESOURCES.get(group)
    if known is None:
        hint = did_you_mean(group, KUBERNETES_RESOURCES)
        if "." not in group:
            yield NameFault(
                *("warning", "unknown-group", (*steps, "group")),
                f"`{group}` is not a group of Kubernetes{hint}",
            )
        return
    for index, form in enumerate(resources):
        if fault := _form_fault(group, form):
            yield NameFault("warning", "unknown-resource", (*steps, "resources", index), fault)
        elif rule.namespaces and "" not in rule.namespaces and _is_global(group, form):
            yield NameFault(
                *("error", "namespace-of-cluster-resource", (*steps, "resources", index)),
                f"`{form}` is in no namespace, so this rule never matches it; remove `namespaces` "
                "or move it to another rule",
            )


def _is_global(group: str, form: str) -> bool:
    return is_cluster_scoped(group, form.partition("/")[0])


def _form_fault(group: str, form: str) -> str | None:
    """Return why a resource as a rule names it matches nothing; None if it may match."""
    known = KUBERNETES_RESOURCES[group]
    resource, _, subresource = form.partition("/")
    name = f"group `{group}`" if group else "the core group"
    if resource != "*" and resource not in known:
        elsewhere = [other for other, all_ in KUBERNETES_RESOURCES.items() if resource in all_]
        hint = f"; it is in group `{elsewhere[0]}`" if elsewhere else did_you_mean(resource, known)
        return f"`{resource}` is not a resource of {name}{hint}"
    below = {sub for one, all_ in known.items() if resource in ("*", one) for sub in all_}
    if subresource not in ("", "*") and subresource not in below:
        return f"`{form}` is not a subresource of {name}{did_you_mean(subresource, below)}"
    return None

"""Reads Role and binding objects, as `kubectl get` writes them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from kubewitness.investigate.granted.grant import GrantedRule, Principal

KINDS: Final = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")

_ROLES: Final = ("Role", "ClusterRole")

Objects: TypeAlias = Sequence[Mapping[str, Any]]


def granted_rules(objects: Objects) -> tuple[list[GrantedRule], list[str]]:
    """Return the rules that bindings grant, and which of their roles are not among the objects."""
    roles = {_key(each): _rules(each, objects) for each in objects if each["kind"] in _ROLES}
    found: list[GrantedRule] = []
    faults: list[str] = []
    for binding in objects:
        if binding["kind"] in _ROLES:
            continue
        namespace = _namespace(binding)
        reference = binding.get("roleRef") or {}
        kind, name = str(reference.get("kind")), str(reference.get("name"))
        key = (kind, namespace if kind == "Role" else "", name)
        where = f"{binding['kind']} {'/'.join(filter(None, (namespace, _name(binding))))}"
        if key in roles:
            found += _bound(binding, where, key, roles[key])
        else:
            faults.append(f"{where}: refers to {kind} {name}, which the files do not have")
    return found, faults


def _bound(
    binding: Mapping[str, Any], where: str, key: tuple[str, str, str], rules: Objects
) -> Iterator[GrantedRule]:
    role = f"{key[0]} {'/'.join(filter(None, key[1:]))}"
    for subject in binding.get("subjects") or ():
        principal = _principal(subject, _namespace(binding))
        for rule in rules:
            yield GrantedRule(
                binding=where,
                role=role,
                principal=principal,
                namespace=_namespace(binding) if binding["kind"] == "RoleBinding" else "",
                verbs=_texts(rule, "verbs"),
                groups=_texts(rule, "apiGroups"),
                resources=_texts(rule, "resources"),
                names=_texts(rule, "resourceNames"),
                paths=_texts(rule, "nonResourceURLs"),
            )


def _principal(subject: Mapping[str, Any], namespace: str) -> Principal:
    name = str(subject.get("name", ""))
    match subject.get("kind"):
        case "ServiceAccount":
            own = str(subject.get("namespace") or namespace)
            return Principal("ServiceAccount", f"{own}/{name}")
        case "Group":
            return Principal("Group", name)
        case _:
            return Principal("User", name)


def _rules(role: Mapping[str, Any], objects: Objects) -> Objects:
    """Return the rules of a role, with those that an aggregation rule selects."""
    own = list(role.get("rules") or ())
    selectors = (role.get("aggregationRule") or {}).get("clusterRoleSelectors") or ()
    for other in objects:
        if other["kind"] == "ClusterRole" and any(_selects(one, other) for one in selectors):
            own += [rule for rule in other.get("rules") or () if rule not in own]
    return own


def _selects(selector: Mapping[str, Any], role: Mapping[str, Any]) -> bool:
    """Return whether a selector selects a role, as far as it has labels.

    The API server fills in the rules that other selectors select, and `kubectl get` prints them.
    """
    wanted = selector.get("matchLabels") or {}
    labels = role["metadata"].get("labels") or {}
    return bool(wanted) and all(labels.get(key) == value for key, value in wanted.items())


def _texts(rule: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(map(str, rule.get(key) or ()))


def _key(each: Mapping[str, Any]) -> tuple[str, str, str]:
    return each["kind"], _namespace(each), _name(each)


def _name(each: Mapping[str, Any]) -> str:
    return str(each["metadata"].get("name", ""))


def _namespace(each: Mapping[str, Any]) -> str:
    return str(each["metadata"].get("namespace") or "")

"""Resources of Kubernetes as people name them: by kind, in the plural, or abbreviated.

Source: Kubernetes docs, "kubectl: resource types".
"""

from typing import Final

from kubewitness.errors import InputError

SHORT_NAMES: Final = {
    "cm": "configmaps",
    "cj": "cronjobs",
    "crd": "customresourcedefinitions",
    "csr": "certificatesigningrequests",
    "deploy": "deployments",
    "ds": "daemonsets",
    "ep": "endpoints",
    "hpa": "horizontalpodautoscalers",
    "ing": "ingresses",
    "netpol": "networkpolicies",
    "no": "nodes",
    "ns": "namespaces",
    "pdb": "poddisruptionbudgets",
    "po": "pods",
    "pv": "persistentvolumes",
    "pvc": "persistentvolumeclaims",
    "quota": "resourcequotas",
    "rs": "replicasets",
    "sa": "serviceaccounts",
    "sc": "storageclasses",
    "sts": "statefulsets",
    "svc": "services",
}
"""As kubectl abbreviates them."""

_PLURALS: Final = frozenset({"endpoints", "podmetrics", "nodemetrics"})
"""Kinds that already are a plural."""


def resource_name(kind: str) -> str:
    """Return the plural in lower case of a kind, a resource or an abbreviation of kubectl."""
    word = kind.partition(".")[0].lower()
    if word in SHORT_NAMES:
        return SHORT_NAMES[word]
    if word in _PLURALS or (word.endswith("s") and not word.endswith("ss")):
        return word
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch")) else f"{word}s"


def object_parts(text: str) -> tuple[str, str, str]:
    """Return resource, namespace and name of the object that a user names.

    Args:
        text: `RESOURCE/NAME` or `RESOURCE/NAMESPACE/NAME`.

    Raises:
        InputError: it is neither.
    """
    resource, *rest = text.split("/")
    if not resource or len(rest) not in {1, 2} or not all(rest):
        raise InputError(
            f"`{text}`: write an object as RESOURCE/NAMESPACE/NAME, such as deployments/shop/web, "
            "or as RESOURCE/NAME, such as clusterroles/view"
        )
    return resource_name(resource), rest[0] if len(rest) > 1 else "", rest[-1]

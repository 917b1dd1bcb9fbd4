"""Authorization rules of event hub namespaces: what they allow.

Property names are those on the wire. Sources: Azure Native API docs for NamespaceAuthorizationRule;
Azure Classic API docs for eventhub.EventHubNamespaceAuthorizationRule.
"""

from kubewitness.azure.diagnostic_settings import RULE_RIGHTS
from kubewitness.azure.resource_ids import fold
from kubewitness.graph.resource_kinds import is_classic
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown, Value, items, read


def rule_rights(rule: Resource) -> Value[frozenset[str]]:
    """Return what a namespace's rule allows, in lower case."""
    if is_classic(rule.type):
        flags = {right: read(rule.properties, right) for right in RULE_RIGHTS}
        hidden = [flag for flag in flags.values() if isinstance(flag, Unknown)]
        allowed = frozenset(right for right, flag in flags.items() if flag is True)
        return hidden[0] if hidden else allowed
    rights = items(read(rule.properties, "rights"))
    if isinstance(rights, Unknown):
        return rights
    hidden = [right for right in rights if isinstance(right, Unknown)]
    return hidden[0] if hidden else frozenset(fold(str(right)) for right in rights)

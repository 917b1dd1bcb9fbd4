"""Each dynamic path of a query exists in the types of what it reads; a misspelt one is found."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from kubewitness.catalog.dynamic_fields import DYNAMIC_FIELDS
from kubewitness.detections.library import all_detections
from kubewitness.detections.object_paths.object_types import COLUMN_TYPES, names
from kubewitness.detections.object_paths.paths import paths_of_no_object, unknown_paths
from kubewitness.detections.parsers import PARSERS, Tables, parser, source
from kubewitness.detections.queries import saved_queries

TEXTS: Final = {
    **{rule.slug: rule.query for rule in all_detections()},
    **{query.name: query.text for query in saved_queries().values()},
    **{name: parser(name) for name in PARSERS},
    **{str(tables): source(tables) for tables in Tables},
}
"""All that we ship."""

_STRING_OR_FIELD: Final = re.compile(
    r"""@?"[^"]*"|@?'[^']*'|(?<=[\w\])])\.(?P<field>[A-Za-z]\w*)"""
)


def misspelt(text: str) -> Iterator[tuple[str, str]]:
    """Each path of a query made wrong, one at a time: the field, and the whole text."""
    for found in _STRING_OR_FIELD.finditer(text):
        if field := found["field"]:
            yield field, f"{text[: found.start()]}.{field[:-1]}Q{text[found.end() :]}"


@pytest.mark.parametrize("name", TEXTS)
def test_each_path_exists(name: str) -> None:
    """In what the query reads at that place, for the resources that it asks for."""
    assert unknown_paths(TEXTS[name]) == ()


@pytest.mark.parametrize("name", [name for name in TEXTS if "AzureActivity" not in TEXTS[name]])
def test_a_misspelt_path_is_found_wherever_it_stands(name: str) -> None:
    """Each field of each path in turn; in AzureActivity each resource provider has its own."""
    for field, text in misspelt(TEXTS[name]):
        assert any(f"{field[:-1]}Q`" in fault for fault in unknown_paths(text)), field


def test_the_parsers_have_paths_to_misspell() -> None:
    """Else the test above would be about nothing."""
    assert len(list(misspelt(parser("KubeAudit")))) >= 10


WRONG: Final = {
    "PodSpec.hostNetwrk": "KubeAuditPodSpecs | where PodSpec.hostNetwrk == true",
    "PodSpec.template": "KubeAuditPodSpecs | where isnotempty(PodSpec.template)",
    "Container.securityContext.privleged": """KubeAuditContainers
        | where tobool(Container.securityContext.privleged)""",
    "RequestObject.roleRef.nme": """KubeAudit
        | where Resource in ("rolebindings", "clusterrolebindings")
        | where RequestObject.roleRef.nme == 'a'""",
    "RequestObject.roleRef": """KubeAudit
        | where Resource == "secrets" and RequestObject.roleRef.name == 'a'""",
    "RequestObject.secrets": """let Wanted = dynamic(["serviceaccounts"]); KubeAudit
        | where Resource in (Wanted) and Subresource == "token" | project RequestObject.secrets""",
    "RequestObject.spec": """KubeAudit
        | where ObjectRef.resource =~ "ServiceAccounts"
        | where Subresource !in ("token", "status")
        | extend Spec = RequestObject.spec""",
    "RequestObject.spec.anything": "KubeAudit | where RequestObject.spec.anything == 'a'",
    "Rule.verb": """AKSAudit
        | where ObjectRef.resource == "roles"
        | mv-expand Rule = RequestObject.rules | where Rule.verb has '*'""",
    "Volume.hostPath.pth": """KubeAuditPodSpecs | mv-expand Volume = PodSpec.volumes
        | summarize make_set(Volume.hostPath.pth) by AuditId""",
    "RequestObject.rules.verbs": """KubeAudit
        | where Resource == "roles" and RequestObject.rules.verbs has '*'""",
    "Subject.nam": """let Bindings = KubeAudit | where Resource == "rolebindings"
        | mv-expand Subject = RequestObject.subjects | project AuditId, Subject;
        KubeAudit | join kind=inner (Bindings) on AuditId | where Subject.nam == 'a'""",
    "User.name": "KubeAudit | where User.name == 'a'",
    "Event.objectref": """AzureDiagnostics | extend Event = parse_json(log_s)
        | where Event.objectref.resource == 'pods'""",
    "Annotations.authorization.k8s.io/decison": """KubeAudit
        | where Annotations["authorization.k8s.io/decison"] == 'allow'""",
    "Made.field": "KubeAudit | extend Made = strcat(Verb, Name) | where Made.field == 'a'",
    "Spec.containrs": """KubeAudit | where Resource in ("pods", "deployments")
        | extend Object = RequestObject
        | extend Spec = iff(Resource == "pods", Object.spec, Object.spec.template.spec)
        | mv-expand Container = Spec.containrs""",
}


@pytest.mark.parametrize("path", WRONG)
def test_a_path_that_does_not_exist_is_named(path: str) -> None:
    """Through what a rule makes of a column: extend, lists, joins, choices, named tables."""
    (fault,) = unknown_paths(WRONG[path])
    assert fault.startswith(f"`{path}`: ")


RIGHT: Final = {
    "names that a user gives": """KubeAudit | where Resource == "pods"
        | where RequestObject.metadata.labels["app.kubernetes.io/name"] == 'a'
            or RequestObject.metadata.annotations.any == 'b' or User.extra.any[0] == 'c'""",
    "a choice by resource": """KubeAudit | where Resource in ("pods", "deployments")
        | extend Object = RequestObject
        | extend Spec = iff(Resource == "pods", Object.spec, Object.spec.template.spec)
        | mv-expand Container = Spec.containers | where Container.image == 'a'""",
    "the options of a deletion": "KubeAudit | where RequestObject.propagationPolicy == 'Orphan'",
    "what failed": """KubeAudit | where Resource == "pods" and ResponseObject.reason == 'Forbidden'
        and ResponseStatus.details["kind"] == 'pods'""",
    "a word of Python": """KubeAudit | where Resource == "networkpolicies"
        | mv-expand Ingress = RequestObject.spec.ingress | where isnotempty(Ingress.from)""",
    "keys of a webhook": "KubeAudit | where Annotations['policy.example.com/denied'] == 'a'",
    "another request's object": """let Bindings = KubeAudit | where Resource == "rolebindings"
        | project AuditId, Role = RequestObject.roleRef;
        KubeAudit | where Resource == "pods" | join kind=inner (Bindings) on AuditId
        | where Resource == "pods" and Role.name == 'admin'""",
}


@pytest.mark.parametrize("what", RIGHT)
def test_a_path_that_exists_is_no_fault(what: str) -> None:
    """Else rules would be written around the check."""
    assert unknown_paths(RIGHT[what]) == ()


CERTAIN: Final = {
    "RequestObject.spec.hostNetwrk": "AKSAudit | where isnotnull(RequestObject.spec.hostNetwrk)",
    "ResponseObject.metadata.nme": "AKSAudit | where ResponseObject.metadata.nme == 'a'",
    "RequestObject.spec.containers.image": """AKSAuditAdmin
        | where RequestObject.spec.containers.image has 'xmrig'""",
    "PodSpec.hostNetwrk": "KubeAuditPodSpecs | where PodSpec.hostNetwrk == true",
    "Container.imge": """AKSAudit | where ObjectRef.resource == "pods"
        | mv-expand Container = RequestObject.spec.containers | where Container.imge has 'xmrig'""",
    "Operation.pth": "AKSAudit | mv-expand Operation = RequestObject | where Operation.pth has 'a'",
}


@pytest.mark.parametrize("path", CERTAIN)
def test_a_path_that_nothing_in_kubernetes_has_is_certain(path: str) -> None:
    """Whoever asks for it gets silence, the worst answer about an attack."""
    (fault,) = paths_of_no_object(CERTAIN[path])
    assert fault.startswith(f"`{path}`: ")


UNCERTAIN: Final = {
    "a version of two": """AKSAudit | where ObjectRef.resource == "horizontalpodautoscalers"
        | where isnotnull(RequestObject.spec.metrics)
            or isnotnull(RequestObject.spec.targetCPUUtilizationPercentage)""",
    "a JSON patch": """AKSAudit | where RequestObject[0].path == '/spec'
        | mv-expand Operation = RequestObject | where Operation.value.image has 'xmrig'""",
    "a directive of a patch": """AKSAudit
        | where isnotnull(RequestObject.spec.template["$setElementOrder/containers"][0].name)""",
    "a list": "AKSAudit | where ResponseObject.items[0].metadata.name == 'a'",
    "a table": "AKSAudit | where ResponseObject.rows[0].object.metadata.name == 'a'",
    "a custom resource": """AKSAudit | where ObjectRef.resource in ("pods", "applications")
        | where RequestObject.spec.source.repoURL has 'a'""",
    "a custom resource named in part": """KubeAudit | where Resource startswith "appl"
        | where RequestObject.spec.source.repoURL has 'a'""",
    "the group of one": """AKSAudit | where tostring(ObjectRef.apiGroup) has_any ("argoproj.io")
        | where RequestObject.spec.source.repoURL has 'a'""",
    "a resource that is computed": """let Resources = AKSAudit | distinct tostring(ObjectRef.name);
        AKSAudit | where ObjectRef.resource in (Resources) | where RequestObject.spec.any == 'a'""",
    "a key of a webhook": """AKSAudit
        | where Annotations["patch.webhook.admission.k8s.io/round_0_index_1"] has 'a'""",
    "a column that was computed": "AKSAudit | extend Made = strcat(Verb) | where Made.field == 'a'",
    "a key that was computed": "AKSAudit | where RequestObject.spec[tostring(Verb)] == 'a'",
}


@pytest.mark.parametrize("what", [*UNCERTAIN, *RIGHT])
def test_a_path_that_something_may_have_is_not_certain_to_be_wrong(what: str) -> None:
    """Of a query that somebody else writes, only what is sure to find nothing is told."""
    assert paths_of_no_object({**UNCERTAIN, **RIGHT}[what]) == ()


@pytest.mark.parametrize("call", ["case()", "case(true, User)", "iff(true, User)"])
def test_a_choice_that_lacks_a_part_is_no_crash(call: str) -> None:
    """The engines say what is wrong with it."""
    assert unknown_paths(f"KubeAudit | extend a = {call} | where User.username == 'a'") == ()


@pytest.mark.parametrize("column", ["User", "ImpersonatedUser", "ResponseStatus"])
def test_the_catalog_knows_the_fields_of_kubernetes(column: str) -> None:
    """`query` warns by the catalog, and detections are checked by the types."""
    assert set(names(COLUMN_TYPES[column])) == set(DYNAMIC_FIELDS[column])

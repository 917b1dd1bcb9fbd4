"""Who is behind an action: every kind of inference, and where there is none."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from kubewitness.investigate.timeline.attribution import Attributions
from kubewitness.investigate.timeline.inference import BehindAction
from kubewitness.investigate.timeline.outcomes import admission, outcome
from kubewitness.investigate.timeline.requests import ApiRequest, StoredStage, joined

START = datetime(2026, 3, 2, 9)  # noqa: DTZ001 as the store has times
STAGE = StoredStage(
    audit_id="",
    stage="ResponseComplete",
    received=None,
    ended=None,
    verb="create",
    uri="/",
    username="ada@shop.example",
    upn=None,
    object_id=None,
    impersonated="",
    actor_kind="user",
    is_gitops=False,
    address="203.0.113.7",
    addresses=None,
    agent="kubectl/v1.34.1",
    resource="pods",
    subresource="",
    namespace="shop",
    name="",
    code=200,
    decision="allow",
    cluster="",
    credential=None,
    pod=None,
    node=None,
    issued=None,
    message=None,
    annotations=None,
    truncated=None,
    owners=None,
    labels=None,
    tracking=None,
    sent=None,
    contents=0,
    logged=None,
    row=0,
)
KUBE_SYSTEM = "system:serviceaccount:kube-system:"


def stage(minute: int, what: str, **more: Any) -> StoredStage:
    """A stage of a request; `what` is RESOURCE/NAME in the namespace shop."""
    resource, _, name = what.partition("/")
    time = START + timedelta(minutes=minute)
    own: dict[str, Any] = {
        "received": time,
        "ended": time,
        "audit_id": f"id-{minute}",
        "row": minute,
    }
    return replace(STAGE, **(own | {"resource": resource, "name": name} | more))


def by(controller: str, **more: Any) -> dict[str, Any]:
    """What a request by a controller has."""
    return {"username": f"{KUBE_SYSTEM}{controller}", "actor_kind": "controller"} | more


def owned_by(kind: str, name: str) -> dict[str, str]:
    """What a request has whose object belongs to another."""
    return {"owners": json.dumps([{"kind": kind, "name": name, "controller": True}])}


def behind(*stages: StoredStage) -> tuple[BehindAction, ...]:
    """Who is behind the last of these requests."""
    requests = joined(stages)
    return Attributions(requests).behind(requests[-1])


def people(*stages: StoredStage) -> list[tuple[str, tuple[str, ...]]]:
    """The candidates with the audit IDs on which the inference rests."""
    return [
        (each.person, tuple(one.last.audit_id for one in each.rests_on)) for each in behind(*stages)
    ]


def flux(toolkit: str, name: str) -> str:
    """The labels of what Flux applied."""
    prefix = f"{toolkit}.toolkit.fluxcd.io"
    return json.dumps({f"{prefix}/name": name, f"{prefix}/namespace": "shop"})


OF_JOB = owned_by("CronJob", "backup")
OF_POD = owned_by("Job", "backup-28945670")
FOLLOWED = by("deployment-controller", **owned_by("Deployment", "web"))
"""What a ReplicaSet of the Deployment web has."""

ADA, BOB = "ada@shop.example", "bob@shop.example"


def test_a_job_of_a_cron_job_leads_to_who_wrote_it() -> None:
    """CronJob, Job, Pod."""
    assert people(
        stage(1, "cronjobs/backup"),
        stage(2, "jobs/backup-28945670", **by("cronjob-controller", **OF_JOB)),
        stage(3, "pods/backup-28945670-x2x4z", **by("job-controller", **OF_POD)),
    ) == [(ADA, ("id-1",))]  # fmt: skip


def test_without_bodies_generated_names_lead_to_the_owner() -> None:
    """And the reason states it."""
    found = behind(
        stage(1, "deployments/web"),
        stage(2, "replicasets/web-5d4f8b7c9d", **by("deployment-controller")),
        stage(3, "pods/web-5d4f8b7c9d-x2x4z", **by("replicaset-controller")),
    )
    assert [each.person for each in found] == [ADA]
    assert "by its name" in found[0].why


def test_all_candidates_are_named_the_latest_first() -> None:
    """Two persons wrote the Deployment; each once, with their latest request."""
    assert people(
        stage(1, "deployments/web"),
        stage(2, "deployments/web", verb="patch", username=BOB),
        stage(3, "deployments/web", verb="patch"),
        stage(4, "replicasets/web-5d4f8b7c9d", **FOLLOWED),
    ) == [(ADA, ("id-3",)), (BOB, ("id-2",))]  # fmt: skip


def test_what_was_done_before_the_object_was_made_again_is_no_cause() -> None:
    """Bob wrote another Deployment of this name."""
    assert people(
        stage(1, "deployments/web", username=BOB),
        stage(2, "deployments/web", verb="delete", username=BOB),
        stage(3, "deployments/web"),
        stage(4, "replicasets/web-5d4f8b7c9d", **FOLLOWED),
    ) == [(ADA, ("id-3",))]  # fmt: skip


def test_a_later_write_and_a_refused_one_are_no_cause() -> None:
    """A cause precedes its effect, and it took place."""
    assert not people(
        stage(1, "deployments/web", username=BOB, code=403),
        stage(2, "replicasets/web-5d4f8b7c9d", **FOLLOWED),
    )  # fmt: skip
    requests = joined(
        [
            stage(1, "replicasets/web-5d4f8b7c9d", **FOLLOWED),
            stage(2, "deployments/web"),
        ]
    )  # fmt: skip
    assert Attributions(requests).behind(requests[0]) == ()


def test_another_namespace_and_another_cluster_are_no_cause() -> None:
    """Objects of one name are different ones there."""
    last = stage(
        3,
        "replicasets/web-5d4f8b7c9d",
        **by("deployment-controller"),
        **owned_by("Deployment", "web"),
    )
    assert not people(
        stage(1, "deployments/web", namespace="other"),
        stage(2, "deployments/web", cluster="c"),
        last,
    )


@pytest.mark.parametrize(
    ("written", "applied"),
    [
        ("kustomizations/apps", {"labels": flux("kustomize", "apps")}),
        ("helmreleases/web", {"labels": flux("helm", "web")}),
        ("applications/web", {"tracking": "web:apps/Deployment:shop/web"}),
    ],
)  # fmt: skip
def test_what_gitops_applied_leads_to_its_object(written: str, applied: dict[str, str]) -> None:
    """Flux and Argo CD; who edited the Deployment by hand is not behind what they apply."""
    gitops = {
        "username": "system:serviceaccount:shop:gitops-controller",
        "actor_kind": "serviceaccount",
        "is_gitops": True,
    }
    assert people(
        stage(1, written),
        stage(2, "deployments/web", verb="patch", username=BOB),
        stage(3, "deployments/web", verb="patch", **(gitops | applied)),
    ) == [(ADA, ("id-1",))]  # fmt: skip


def test_a_service_account_acts_for_itself() -> None:
    """A pipeline that patches what Ada made is not Ada."""
    pipeline = {"username": "system:serviceaccount:ci:deploy", "actor_kind": "serviceaccount"}
    assert not people(
        stage(1, "deployments/web"), stage(2, "deployments/web", verb="patch", **pipeline)
    )


def test_nobody_is_behind_the_autoscaler() -> None:
    """It follows the load."""
    scaled = stage(
        2, "deployments/web", verb="update", subresource="scale", **by("horizontal-pod-autoscaler")
    )
    assert not people(stage(1, "deployments/web"), scaled)


def test_the_garbage_collector_follows_the_deletion() -> None:
    """Of the owner."""
    found = people(
        stage(1, "deployments/web"),
        stage(2, "replicasets/web-5d4f8b7c9d", **FOLLOWED),
        stage(3, "deployments/web", verb="delete", username=BOB),
        stage(4, "replicasets/web-5d4f8b7c9d", verb="delete", **by("generic-garbage-collector")),
    )  # fmt: skip
    assert found[0] == (BOB, ("id-3",))


def test_a_deleted_namespace_leads_to_who_deleted_it() -> None:
    """The namespace controller deletes what is in it."""
    assert people(
        stage(1, "namespaces/shop", verb="delete", username=BOB),
        stage(2, "configmaps/a", verb="deletecollection", **by("namespace-controller")),
    ) == [(BOB, ("id-1",))]


TOKEN = {
    "username": "system:serviceaccount:shop:web",
    "actor_kind": "serviceaccount",
    "pod": "web-0",
}


@pytest.mark.parametrize(
    ("issuer", "expected"),
    [
        ({}, [ADA]),
        (by("x", username="system:kube-controller-manager"), []),
        ({"username": "system:node:n", "actor_kind": "node"}, []),
        (TOKEN, [TOKEN["username"]]),
    ],
    ids=["person", "kube-controller-manager", "kubelet", "service account"],
)
def test_an_issued_token_leads_to_who_had_it_issued(
    issuer: dict[str, Any], expected: list[str]
) -> None:
    """Unless Kubernetes issues it for its own parts."""
    issue = {"subresource": "token", "issued": "JTI=1"} | issuer
    found = people(
        stage(1, "serviceaccounts/robot", **issue),
        stage(2, "secrets/", verb="list", credential="JTI=1", **(TOKEN | {"pod": None})),
    )
    assert [person for person, _ in found] == expected


def test_owners_in_a_circle_end() -> None:
    """A log may contain anything."""
    assert not people(
        stage(1, "as/x", **by("a"), **owned_by("B", "y")),
        stage(2, "bs/y", **by("a"), **owned_by("A", "x")),
        stage(3, "as/x", verb="patch", **by("a"), **owned_by("B", "y")),
    )


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ({"address": "198.51.100.1", "agent": "curl/8"}, [ADA, BOB]),
        ({"address": "203.0.113.8", "agent": "curl/8"}, [BOB, ADA]),
        ({"address": "10.0.0.5", "agent": "web/1.1"}, []),
        ({"address": "10.0.0.5", "agent": "curl/8"}, [ADA, BOB]),
    ],
    ids=["from elsewhere", "from Bob's address", "as before", "by another program in the pod"],
)
def test_a_pods_token_leads_to_all_who_entered_it(use: dict[str, str], expected: list[str]) -> None:
    """If it is used in another way than before; whose address it was comes first."""
    usual = {"address": "10.0.0.5", "agent": "web/1.0"} | TOKEN
    entered = {"verb": "get", "subresource": "exec", "code": 101}
    found = people(
        stage(1, "configmaps/web", verb="get", **usual),
        stage(2, "pods/web-0", username=BOB, address="203.0.113.8", **entered),
        stage(3, "pods/web-0", **entered),
        stage(4, "secrets/", verb="list", **(TOKEN | use)),
    )
    assert [person for person, _ in found] == expected


def test_stages_of_one_request_are_one_and_a_repeated_audit_id_is_not() -> None:
    """A client may choose the ID of its request."""
    begun = stage(1, "pods/web-0", stage="ResponseStarted", verb="get", subresource="exec")
    ended = replace(begun, stage="ResponseComplete", ended=START + timedelta(hours=1))
    other = replace(ended, username=BOB)
    assert sorted(one.stages for one in joined([ended, other, begun])) == [1, 2]


def request(**more: Any) -> ApiRequest:
    """A request with these fields."""
    (found,) = joined([stage(1, "pods/web", **more)])
    return found


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"code": 201}, "allowed"),
        ({"code": None}, "unknown: no response in this log"),
        ({"code": 401}, "not authenticated"),
        ({"code": 403, "decision": "forbid"}, "denied"),
        ({"code": 403, "decision": ""}, "denied"),
        ({"code": 403, "decision": "allow"}, "refused by admission"),
        ({"code": 400, "message": 'admission webhook "w" denied'}, "refused by admission"),
        ({"code": 404}, "failed with 404"),
    ],
)  # fmt: skip
def test_the_outcome_of_a_request(fields: dict[str, Any], expected: str) -> None:
    """Who refused it decides, not the code alone."""
    assert outcome(request(**fields)) == expected


def test_admission_decisions_are_shown_without_the_object() -> None:
    """Which webhook or policy decided what; a patch can have any part of the object."""
    annotations = {
        "mutation.webhook.admission.k8s.io/round_0_index_0": json.dumps(
            {"configuration": "c", "webhook": "w.example", "mutated": True}
        ),
        "patch.webhook.admission.k8s.io/round_0_index_0": json.dumps(
            {"configuration": "c", "webhook": "w.example", "patch": [{"value": "hunter2"}]}
        ),
        "failed-open.validating.webhook.admission.k8s.io/round_0_index_1": "v.example",
        "pod-security.kubernetes.io/enforce-policy": "baseline:latest",
        "authorization.k8s.io/decision": "allow",
    }
    found = list(admission(request(annotations=json.dumps(annotations)), ()))
    assert found == [
        "validating webhook failed open: round_0_index_1: v.example",
        "mutating webhook: configuration c, webhook w.example, mutated True",
        "patch of a webhook: configuration c, webhook w.example",
        "Pod Security: enforce-policy: baseline:latest",
    ]

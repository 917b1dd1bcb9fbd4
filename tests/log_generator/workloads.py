"""What controllers do with pods, deployments and custom resources: most of what has a body."""

from random import Random
from typing import Final

from log_generator.actors import NODES, SCHEDULER, node, service_account, stable_id
from log_generator.bodies import (
    CREATED,
    DELETE_OPTIONS,
    large,
    metadata,
    pod,
    running,
    suffix,
    workload,
)
from log_generator.calls import Call
from log_generator.machines import place

TOO_BIG: Final = "skipped-too-big-size-object"
"""What AKS writes in place of a body that it finds too large."""


def pod_created(random: Random) -> Call:
    """A replica set gets a pod."""
    namespace, app = place(random)
    prefix = f"{app}-6c9d8f7b54-"
    made = pod(prefix + suffix(random), namespace, app, owner="ReplicaSet")
    asked = made["metadata"] | {"generateName": prefix, "creationTimestamp": None}
    for key in ("name", "namespace", "uid", "resourceVersion", "managedFields"):
        asked.pop(key)
    return Call(
        actor=service_account("kube-system", "replicaset-controller"),
        verb="create",
        resource="pods",
        namespace=namespace,
        code=201,
        request=made | {"metadata": asked, "status": {}},
        response=made,
        annotations={"pod-security.kubernetes.io/enforce-policy": "baseline:latest"},
    )


def pod_bound(random: Random) -> Call:
    """The scheduler gives a pod to a node."""
    namespace, app = place(random)
    name = f"{app}-6c9d8f7b54-{suffix(random)}"
    target = {"kind": "Node", "name": random.choice(NODES)}
    meta = {"name": name, "namespace": namespace, "uid": stable_id(namespace, name)}
    binding = {"kind": "Binding", "apiVersion": "v1", "metadata": meta, "target": target}
    return Call(
        actor=SCHEDULER,
        verb="create",
        resource="pods",
        subresource="binding",
        namespace=namespace,
        name=name,
        code=201,
        request=binding,
        response={"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"},
    )


def pod_status(random: Random) -> Call:
    """A kubelet reports on a pod, by a strategic merge patch."""
    namespace, app = place(random)
    number = random.randrange(len(NODES))
    name = f"{app}-6c9d8f7b54-{suffix(random)}"
    patch = {
        "metadata": {"uid": stable_id(namespace, name)},
        "status": {
            "$setElementOrder/conditions": [{"type": "Ready"}, {"type": "PodScheduled"}],
            "conditions": [{"lastTransitionTime": CREATED, "status": "True", "type": "Ready"}],
            "phase": "Running",
            "podIPs": [{"ip": f"10.244.{number}.{random.randrange(2, 250)}"}],
        },
    }
    return Call(
        actor=node(number),
        verb="patch",
        resource="pods",
        subresource="status",
        namespace=namespace,
        name=name,
        request=patch,
        response=running(pod(name, namespace, app), number),
    )


def workload_status(random: Random) -> Call:
    """The deployment controller writes how far a deployment is."""
    namespace, app = place(random)
    body = workload("Deployment", app, namespace, random.randrange(1, 9))
    return Call(
        actor=service_account("kube-system", "deployment-controller"),
        verb="update",
        group="apps",
        resource="deployments",
        subresource="status",
        namespace=namespace,
        name=app,
        request=body,
        response=body,
    )


def scaled(random: Random) -> Call:
    """The autoscaler writes the scale of a deployment."""
    namespace, app = place(random)
    body = {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata(app, namespace),
        "spec": {"replicas": random.randrange(1, 12)},
        "status": {"replicas": 3, "selector": f"app={app}"},
    }
    return Call(
        actor=service_account("kube-system", "horizontal-pod-autoscaler"),
        verb="update",
        group="apps",
        resource="deployments",
        subresource="scale",
        namespace=namespace,
        name=app,
        request=body,
        response=body,
    )


def checkpoint(random: Random) -> Call:
    """The vertical autoscaler keeps histograms: whole numbers beyond 2^53 and fractions."""
    namespace, app = place(random)
    weights = {str(bucket): random.randrange(10**4) for bucket in random.sample(range(170), 6)}
    status = {
        "cpuHistogram": {
            "bucketWeights": weights,
            "totalWeight": round(random.uniform(1, 900), 12),
        },
        "memoryHistogram": {"bucketWeights": {"0": random.choice((2**53 + 1, 2**63 - 1))}},
        "totalSamplesCount": random.randrange(10**9),
    }
    name = f"{app}-vpa-{app}"
    return Call(
        actor=service_account("kube-system", "vpa-recommender"),
        verb="patch",
        group="autoscaling.k8s.io",
        resource="verticalpodautoscalercheckpoints",
        namespace=namespace,
        name=name,
        # This client sends JSON patches, which are lists.
        request=[{"op": "replace", "path": "/status", "value": status}],
    )


def node_claim(random: Random) -> Call:
    """Karpenter writes about a node, with bodies: its group is one that the policy names."""
    name = f"default-{suffix(random)}"
    body = {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodeClaim",
        "metadata": metadata(name, annotations={"karpenter.sh/nodepool-hash": "1844674407370955"}),
        "spec": {"resources": {"requests": {"cpu": "1910m", "memory": "3774Mi"}}},
        "status": {"priceScore": round(random.uniform(0.01, 4), 6), "seed": random.getrandbits(62)},
    }
    return Call(
        actor=service_account("kube-system", "karpenter"),
        verb="patch",
        group="karpenter.sh",
        resource="nodeclaims",
        subresource="status",
        name=name,
        request=body,
        response=body,
    )


def job_finished(random: Random) -> Call:
    """The job controller clears away what a job has left."""
    namespace, app = place(random)
    return Call(
        actor=service_account("kube-system", "ttl-after-finished-controller"),
        verb="delete",
        group="batch",
        resource="jobs",
        namespace=namespace,
        name=f"{app}-{random.randrange(29_000_000, 29_900_000)}",
        request=DELETE_OPTIONS,
    )


def namespace_emptied(random: Random) -> Call:
    """The namespace controller deletes what a preview environment held."""
    return Call(
        actor=service_account("kube-system", "namespace-controller"),
        verb="deletecollection",
        group="apps",
        resource="deployments",
        namespace=f"preview-{random.randrange(900)}",
        request=DELETE_OPTIONS,
    )


def large_body(random: Random) -> Call:
    """An operator writes a definition of 20 to 100 KB; some are too large to be kept."""
    fate = random.random()
    body = large(random, random.randrange(6_000, 46_000))
    skipped, truncated = fate < 0.15, fate > 0.85
    kept = None if truncated else TOO_BIG if skipped else body
    return Call(
        actor=service_account("shop-operator", "shop-operator"),
        verb="patch",
        group="apiextensions.k8s.io",
        resource="customresourcedefinitions",
        name="orders.shop.example",
        request=kept,
        response=kept,
        annotations={"audit.k8s.io/truncated": "true"} if truncated else {},
    )

"""What machines ask of the API server all day: leases, watches, status, pods, scaling, tokens."""

from dataclasses import replace
from random import Random
from typing import Final

from log_generator.actors import (
    ANONYMOUS,
    API_SERVER,
    APPS,
    CONTROLLERS,
    NAMESPACES,
    NODES,
    SCHEDULER,
    component,
    node,
    service_account,
    stable_id,
)
from log_generator.bodies import (
    metadata,
    suffix,
)
from log_generator.calls import Call

_WATCHED: Final = (
    ("", "v1", "pods"),
    ("", "v1", "nodes"),
    ("", "v1", "services"),
    ("", "v1", "configmaps"),
    ("", "v1", "namespaces"),
    ("apps", "v1", "replicasets"),
    ("apps", "v1", "daemonsets"),
    ("discovery.k8s.io", "v1", "endpointslices"),
    ("networking.k8s.io", "v1", "networkpolicies"),
    ("storage.k8s.io", "v1", "csidrivers"),
    ("argoproj.io", "v1alpha1", "applications"),
)
_LEASES: Final = ("kube-scheduler", "kube-controller-manager", "cloud-controller-manager")


def place(random: Random) -> tuple[str, str]:
    """A namespace and one of its apps."""
    return random.choice(NAMESPACES), random.choice(APPS)


def lease(random: Random) -> Call:
    """A node or a leader says that it is alive."""
    number = random.randrange(len(NODES) + len(_LEASES))
    if number < len(NODES):
        actor, namespace, name = node(number), "kube-node-lease", NODES[number]
    else:
        name = _LEASES[number - len(NODES)]
        actor, namespace = component(f"system:{name}"), "kube-system"
    version = {"resourceVersion": str(random.randrange(10**8, 10**9))}
    return Call(
        actor=actor,
        verb="update",
        group="coordination.k8s.io",
        resource="leases",
        namespace=namespace,
        name=name,
        query="timeout=10s",
        request={"metadata": metadata(name, namespace) | version},
    )


def watch(random: Random) -> Call:
    """A watch of some minutes."""
    group, version, resource = random.choice(_WATCHED)
    seconds = random.randrange(300, 600)
    watchers = (node(random.randrange(len(NODES))), CONTROLLERS, SCHEDULER, API_SERVER)
    return Call(
        actor=random.choice(watchers),
        verb="watch",
        group=group,
        version=version,
        resource=resource,
        query=f"allowWatchBookmarks=true&resourceVersion={random.randrange(10**8, 10**9)}"
        f"&timeout={seconds // 60}m{seconds % 60}s&timeoutSeconds={seconds}&watch=true",
        seconds=seconds,
    )


def read(random: Random) -> Call:
    """A component reads an object or lists some."""
    namespace, app = place(random)
    readers = (
        service_account("kube-system", "metrics-server"),
        service_account("argocd", "argocd-application-controller"),
        service_account(namespace, app),
        CONTROLLERS,
    )
    named = random.random() < 0.7
    return Call(
        actor=random.choice(readers),
        verb="get" if named else "list",
        resource=random.choice(("pods", "services", "configmaps", "endpoints")),
        namespace=namespace,
        name=f"{app}-{suffix(random)}" if named else "",
        query="" if named else "limit=500&resourceVersion=0",
    )


def own_secret(random: Random) -> Call:
    """An operator or a kubelet reads the one secret that it needs."""
    namespace, app = place(random)
    # The operator has few secrets, so that no burst of its reads looks like the planted one.
    operated = random.random() < 0.5
    operator = service_account("external-secrets", "external-secrets")
    return Call(
        actor=operator if operated else node(random.randrange(len(NODES))),
        verb="get",
        resource="secrets",
        namespace=namespace,
        name="registry-pull" if operated else f"{app}-credentials",
    )


def token(random: Random) -> Call:
    """A kubelet asks for the token of a pod's service account."""
    namespace, app = place(random)
    return Call(
        actor=node(random.randrange(len(NODES))),
        verb="create",
        resource="serviceaccounts",
        subresource="token",
        namespace=namespace,
        name=app,
        code=201,
    )


def review(random: Random) -> Call:
    """An add-on has a token or a permission checked."""
    actor = service_account("kube-system", "metrics-server")
    if random.random() < 0.5:
        group, resource = "authentication.k8s.io", "tokenreviews"
        return Call(actor=actor, verb="create", group=group, resource=resource, code=201)
    attributes = {"verb": "get", "resource": "nodes", "subresource": "metrics"}
    body = {
        "kind": "SubjectAccessReview",
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": {},
        "spec": {"resourceAttributes": attributes, "user": stable_id(random.randrange(9))},
    }
    return Call(
        actor=actor,
        verb="create",
        group="authorization.k8s.io",
        resource="subjectaccessreviews",
        code=201,
        request=body,
        response=body | {"status": {"allowed": True, "reason": "Access allowed by Azure RBAC"}},
    )


def event_written(random: Random) -> Call:
    """A component tells what it did; the policy logs such events of two namespaces alone."""
    name = f"{random.choice(APPS)}-{suffix(random)}.{random.getrandbits(56):014x}"
    verb = random.choice(("create", "patch"))
    return Call(
        actor=node(random.randrange(len(NODES))),
        verb=verb,
        resource="events",
        namespace=random.choice(("default", "kube-system")),
        name=name,
        code=201 if verb == "create" else 200,
    )


def slices_updated(random: Random) -> Call:
    """Endpoint slices change with the pods; their group is logged without bodies."""
    namespace, app = place(random)
    body = {"metadata": metadata(f"{app}-{suffix(random)}", namespace)}
    return Call(
        actor=service_account("kube-system", "endpointslice-controller"),
        verb="update",
        group="discovery.k8s.io",
        resource="endpointslices",
        namespace=namespace,
        name=body["metadata"]["name"],
        request=body,
    )


def path_read(random: Random) -> Call:
    """Discovery, probes and metrics; of these AKS's policy drops `/healthz` and `/version`.

    They stand here all the same, as rarely as a cluster with another policy would have them read.
    """
    paths = ("/readyz", "/livez", "/metrics", "/openapi/v3", "/apis", "/healthz", "/version")
    path = random.choices(paths, (6, 6, 8, 5, 5, 1, 1))[0]
    probe = replace(ANONYMOUS, address="10.224.0.250", agent="kube-probe/1.33")
    probes = path in {"/readyz", "/livez", "/healthz"}
    reader = service_account("monitoring", "prometheus", "Prometheus/3.4.1", "10.224.0.7")
    return Call(actor=probe if probes else reader, verb="get", path=path)


def node_metrics(random: Random) -> Call:
    """Prometheus reads a kubelet's metrics through the API server."""
    name = random.choice(NODES)
    return Call(
        actor=service_account("monitoring", "prometheus", "Prometheus/3.4.1", "10.224.0.7"),
        verb="get",
        resource="nodes",
        subresource="proxy",
        name=name,
        path=f"/api/v1/nodes/{name}/proxy/metrics/cadvisor",
    )

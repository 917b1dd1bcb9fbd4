"""What people and pipelines do with kubectl and the like, and what is refused to them."""

from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from log_generator.actors import AKS_SERVICE, ANONYMOUS, UNKNOWN, service_account, somebody
from log_generator.bodies import DELETE_OPTIONS, metadata, pod, result, suffix, workload
from log_generator.calls import Call, failure
from log_generator.machines import place

_COMMANDS: Final = (
    ("sh",),
    ("env",),
    ("ls", "-la", "/app"),
    ("bash", "-c", "df -h && du -sh /data"),
    ("psql", "-c", "select 'naïve' as word"),
)
_LINE_SEPARATOR: Final = "\u2028"


def _pod_call(random: Random, subresource: str, verb: str = "get", **more: Any) -> Call:
    namespace, app = place(random)
    return Call(
        actor=somebody(random),
        verb=verb,
        resource="pods",
        subresource=subresource,
        namespace=namespace,
        name=f"{app}-6c9d8f7b54-{suffix(random)}",
        **more,
    )


def look(random: Random) -> Call:
    """Somebody lists or reads."""
    namespace, app = place(random)
    kinds = (("", "pods"), ("apps", "deployments"), ("", "services"), ("batch", "cronjobs"))
    group, resource = random.choice(kinds)
    named = random.random() < 0.5
    return Call(
        actor=somebody(random),
        verb="get" if named else "list",
        group=group,
        resource=resource,
        namespace=namespace,
        name=app if named else "",
        query="" if named else "limit=500",
    )


def shell(random: Random) -> Call:
    """A command in a pod: a GET since kubectl 1.30, a POST before; now and then an attach."""
    attached = random.random() < 0.1
    command = [("command", word) for word in random.choice(_COMMANDS)]
    query = urlencode([*([] if attached else command), ("container", "app"), ("stdout", "true")])
    return _pod_call(
        random,
        "attach" if attached else "exec",
        random.choice(("get", "get", "create")),
        query=query,
        code=101,
        seconds=random.randrange(2, 240),
    )


def logs(random: Random) -> Call:
    """Somebody follows a pod's log."""
    return _pod_call(random, "log", query="follow=true&tailLines=100", seconds=30.0)


def forward(random: Random) -> Call:
    """A port of a dashboard; the databases are what the planted attacks forward."""
    return Call(
        actor=somebody(random),
        verb="get",
        resource="pods",
        subresource="portforward",
        namespace="monitoring",
        name=f"grafana-6c9d8f7b54-{suffix(random)}",
        code=101,
        seconds=300.0,
    )


def service_read(random: Random) -> Call:
    """A web page of a service, through the API server."""
    namespace, app = place(random)
    return Call(
        actor=somebody(random),
        verb="get",
        resource="services",
        subresource="proxy",
        namespace=namespace,
        name=f"{app}:http",
    )


def deployed(random: Random) -> Call:
    """A deployment is applied, in every sixth case to see what would happen."""
    namespace, app = place(random)
    dry = random.random() < 1 / 6
    verb = random.choice(("create", "patch", "update"))
    body = workload("Deployment", app, namespace, random.randrange(1, 7))
    query = [("dryRun", "All")] if dry else []
    query += [("fieldManager", "kubectl-client-side-apply"), ("fieldValidation", "Strict")]
    return Call(
        actor=somebody(random),
        verb=verb,
        group="apps",
        resource="deployments",
        namespace=namespace,
        name=app,
        code=201 if verb == "create" else 200,
        query=urlencode(query),
        request=body,
        response=body,
    )


def settings_changed(random: Random) -> Call:
    """A config map is written: its content is never logged."""
    namespace, app = place(random)
    return Call(
        actor=somebody(random),
        verb="patch",
        resource="configmaps",
        namespace=namespace,
        name=f"{app}-settings",
        query="fieldManager=kubectl-edit",
    )


def annotated(random: Random) -> Call:
    """A note on a pod, with every character that writers of JSON treat in their own way."""
    namespace, app = place(random)
    name = f"{app}-6c9d8f7b54-{suffix(random)}"
    note = f"läuft 🦊 <b>&amp;</b>{_LINE_SEPARATOR}\\ \"zitiert\"\t'so'"
    body = pod(name, namespace, app)
    return Call(
        actor=somebody(random),
        verb="patch",
        resource="pods",
        namespace=namespace,
        name=name,
        query="fieldManager=kubectl-annotate",
        request={"metadata": {"annotations": {"notiz/größe": note}}},
        response=body | {"metadata": body["metadata"] | {"annotations": {"notiz/größe": note}}},
    )


def scaled_by_hand(random: Random) -> Call:
    """Somebody scales a deployment."""
    namespace, app = place(random)
    replicas = {"spec": {"replicas": random.randrange(6)}}
    scale = {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata(app, namespace)}
    return Call(
        actor=somebody(random),
        verb="patch",
        group="apps",
        resource="deployments",
        subresource="scale",
        namespace=namespace,
        name=app,
        request=replicas,
        response=scale | replicas,
    )


def evicted(random: Random) -> Call:
    """A node is drained before its upgrade."""
    namespace, app = place(random)
    name = f"{app}-6c9d8f7b54-{suffix(random)}"
    meta = {"name": name, "namespace": namespace}
    return Call(
        actor=AKS_SERVICE,
        verb="create",
        resource="pods",
        subresource="eviction",
        namespace=namespace,
        name=name,
        code=201,
        request={"kind": "Eviction", "apiVersion": "policy/v1", "metadata": meta},
        response={"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"},
    )


def deleted(random: Random) -> Call:
    """Somebody deletes a pod, that it may come back."""
    answer = result("pods", "gone")
    return _pod_call(random, "", "delete", request=DELETE_OPTIONS, response=answer)


def cleared(random: Random) -> Call:
    """A pipeline deletes the jobs of a preview."""
    return Call(
        actor=somebody(random),
        verb="deletecollection",
        group="batch",
        resource="jobs",
        namespace="staging",
        query=urlencode({"labelSelector": f"preview={random.randrange(900)}"}),
        request=DELETE_OPTIONS,
        response={"kind": "JobList", "apiVersion": "batch/v1", "metadata": {}, "items": []},
    )


def in_the_name_of(random: Random) -> Call:
    """A support tool acts for an ordinary user."""
    namespace, _ = place(random)
    groups = ["support", "system:authenticated"]
    return Call(
        actor=service_account("support", "headlamp", "headlamp/0.31.0"),
        verb="list",
        resource="pods",
        namespace=namespace,
        impersonated={"username": "änne@shop.example", "groups": groups},
    )


def refused(random: Random) -> Call:
    """A write, or a read of another team's objects, without permission."""
    namespace, app = place(random)
    actor, verb = somebody(random), random.choice(("get", "delete", "create"))
    name = "" if verb == "create" else app
    message = (
        f'deployments.apps "{app}" is forbidden: User "{actor.name}" cannot {verb} resource '
        f'"deployments" in API group "apps" in the namespace "{namespace}": User does not have '
        "access to the resource in Azure. Update role assignment to allow access."
    )
    status = failure(403, message, "deployments", name)
    return Call(
        actor=actor,
        verb=verb,
        group="apps",
        resource="deployments",
        namespace=namespace,
        name=name,
        code=403,
        message=message,
        response={"kind": "Status", "apiVersion": "v1"} | status,
    )


def missing(random: Random) -> Call:
    """A read of what is not there: allowed and not found."""
    namespace, app = place(random)
    message = f'services "{app}-old" not found'
    return Call(
        actor=somebody(random),
        verb="get",
        resource="services",
        namespace=namespace,
        name=f"{app}-old",
        code=404,
        message=message,
    )


def not_known(random: Random) -> Call:
    """A token that has run out: the one stage of it is `ResponseStarted`, without a user."""
    namespace, _ = place(random)
    return Call(
        actor=UNKNOWN,
        verb="list",
        resource="pods",
        namespace=namespace,
        code=401,
        message="Authentication failed, attempted: bearer",
    )


def scanned(random: Random) -> Call:
    """A scanner of the internet tries a path and is refused."""
    path = random.choice(("/.env", "/actuator/health", "/cgi-bin/luci", "/index.php?<x>&y=1"))
    message = f'forbidden: User "system:anonymous" cannot get path "{path}"'
    return Call(actor=ANONYMOUS, verb="get", path=path, code=403, message=message)


def panicked(random: Random) -> Call:
    """The server itself fails at a request."""
    namespace, app = place(random)
    return Call(
        actor=somebody(random),
        verb="get",
        resource="services",
        namespace=namespace,
        name=app,
        code=500,
        message="APIServer panic'd: runtime error: invalid memory address",
        panics=True,
    )

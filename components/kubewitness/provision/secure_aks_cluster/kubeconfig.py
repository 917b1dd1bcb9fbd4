"""A kubeconfig that holds no secret: kubelogin fetches a token of Entra ID when it is used.

Pulumi's AKS examples call `list_managed_cluster_admin_credentials`, which Azure refuses once local
accounts are off. The user credentials are taken here, and of them only the address of the server
and the certificate of its authority, both public: whatever else Azure returns goes no further.

Source: Azure docs, "Use kubelogin to authenticate users in AKS".
"""

import base64
import binascii
import re
from typing import Any, Final
from urllib.parse import urlsplit

import pulumi
import yaml
from pulumi_azure_native import containerservice

AKS_SERVER_APPLICATION: Final = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The application id of every AKS API server in Entra ID, the audience of its tokens."""

_CERTIFICATES: Final = re.compile(
    rb"\s*(-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----\s*)+"
)


def cluster_kubeconfig(
    cluster: containerservice.ManagedCluster, after: pulumi.Input[Any]
) -> pulumi.Output[str]:
    """Return a kubeconfig for the cluster, as YAML; unknown until there is a cluster.

    Args:
        cluster: the cluster.
        after: what must be known first, so that nothing that matters more is left undone when
            whoever deploys may not fetch credentials.
    """
    # The id is known only once the cluster exists; its name may be known before.
    names = pulumi.Output.all(cluster.id, after).apply(lambda known: _group_and_name(known[0]))
    credentials = containerservice.list_managed_cluster_user_credentials_output(
        resource_group_name=names.apply(lambda known: known[0]),
        resource_name=names.apply(lambda known: known[1]),
        format="exec",
        opts=pulumi.InvokeOutputOptions(parent=cluster),
    )
    return credentials.kubeconfigs.apply(lambda found: secretless_kubeconfig(found[0].value))


def secretless_kubeconfig(encoded: str) -> str:
    """Return a kubeconfig for the cluster of another one, without that one's credentials.

    Args:
        encoded: the other kubeconfig, YAML in base64, as Azure returns it.

    Raises:
        ValueError: if it does not hold what is needed; the message shows none of it.
    """
    try:
        cluster = yaml.safe_load(base64.b64decode(encoded, validate=True))["clusters"][0]
        name, server = str(cluster["name"]), str(cluster["cluster"]["server"])
        authority = str(cluster["cluster"]["certificate-authority-data"])
    except (binascii.Error, yaml.YAMLError, LookupError, TypeError):
        # Without the cause, which may quote the line that it stumbled over.
        raise ValueError("Azure returned a kubeconfig without a cluster") from None
    _refuse_credentials(server, authority)
    return yaml.safe_dump(_kubeconfig(name, server, authority), sort_keys=False)


def _group_and_name(cluster_id: str) -> list[str]:
    parts = cluster_id.split("/")
    return [parts[4], parts[-1]]


def _refuse_credentials(server: str, authority: str) -> None:
    address = urlsplit(server)
    if address.scheme != "https" or address.username or address.query:
        raise ValueError("Azure returned a kubeconfig whose server is not a plain https address")
    try:
        certificates = base64.b64decode(authority, validate=True)
    except binascii.Error:
        certificates = b""
    if not _CERTIFICATES.fullmatch(certificates):
        raise ValueError("Azure returned a kubeconfig whose authority is not a certificate")


def _kubeconfig(name: str, server: str, authority: str) -> dict[str, Any]:
    user = f"{name}-entra-id"
    cluster = {"server": server, "certificate-authority-data": authority}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": user, "user": {"exec": _KUBELOGIN}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": user}}],
        "current-context": name,
    }


_KUBELOGIN: Final = {
    "apiVersion": "client.authentication.k8s.io/v1beta1",
    "command": "kubelogin",
    "args": ["get-token", "--login", "azurecli", "--server-id", AKS_SERVER_APPLICATION],
    "installHint": "Install kubelogin (https://azure.github.io/kubelogin) and run `az login`.",
    "interactiveMode": "IfAvailable",
    "provideClusterInfo": False,
}

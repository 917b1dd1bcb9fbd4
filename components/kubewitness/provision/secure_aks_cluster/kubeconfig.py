"""A kubeconfig that holds no secret: kubelogin fetches a token of Entra ID when it is used.

Pulumi's AKS examples call `list_managed_cluster_admin_credentials`, which Azure refuses once local
accounts are off. The user credentials are taken here, and of them only the address of the server
and the certificate of its authority, both public: whatever else Azure returns goes no further.

Source: Azure docs, "Use kubelogin to authenticate users in AKS".
"""

import base64
import binascii
import re
from importlib import metadata
from typing import Any, Final
from urllib.parse import urlsplit

import pulumi
import yaml
from pulumi_azure_native import containerservice

from kubewitness.provision.arguments.reporting import unknown

AKS_SERVER_APPLICATION: Final = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The application id of every AKS API server in Entra ID, the audience of its tokens."""

LIST_CREDENTIALS: Final = "azure-native:containerservice:listManagedClusterUserCredentials"

_CERTIFICATES: Final = re.compile(
    rb"\s*(-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----\s*)+"
)


def cluster_kubeconfig(
    cluster: containerservice.ManagedCluster,
    after: pulumi.Input[Any],
    tenant_id: pulumi.Input[str] | None = None,
) -> pulumi.Output[str]:
    """Return a kubeconfig for the cluster, as YAML; unknown until there is a cluster.

    It is also unknown in a preview by a user who can read the cluster and not fetch credentials,
    and empty if Azure or a unit test's mock returns none.

    Args:
        cluster: the cluster.
        after: resources that must be known first, so that nothing more important is left undone if
            the deploying identity cannot fetch credentials.
        tenant_id: of Entra ID, where kubelogin signs in; None for where the Azure CLI did.
    """

    async def fetch(known: list[Any]) -> Any:
        cluster_id, _, tenant = known
        found = await _credentials(cluster, cluster_id)
        return found and secretless_kubeconfig(found, tenant)

    # The id is known only once the cluster exists; its name may be known before.
    fetched: pulumi.Output[Any] = pulumi.Output.all(cluster.id, after, tenant_id).apply(fetch)
    return fetched.apply(lambda text: unknown() if text is None else text)


async def _credentials(cluster: containerservice.ManagedCluster, cluster_id: str) -> str | None:
    """Return what Azure encodes the credentials in; None if this preview may not fetch them."""
    group, name = _group_and_name(cluster_id)
    # The SDK's own function would end the program when Azure refuses.
    options = pulumi.InvokeOptions(parent=cluster, version=metadata.version("pulumi-azure-native"))
    try:
        answer = await pulumi.runtime.invoke_async(
            LIST_CREDENTIALS,
            {"resourceGroupName": group, "resourceName": name, "format": "exec"},
            options,
        )
    except Exception as error:
        if not pulumi.runtime.is_dry_run():
            raise
        text = (
            f"the kubeconfig is unknown in this preview, because it could not be fetched: {error}"
        )
        pulumi.log.info(text, cluster)
        return None
    found = (answer or {}).get("kubeconfigs") or [{}]
    return str(found[0].get("value", ""))


def secretless_kubeconfig(encoded: str, tenant_id: str | None = None) -> str:
    """Return a kubeconfig for the cluster of another one, without that one's credentials.

    Args:
        encoded: the other kubeconfig, YAML in base64, as Azure returns it.
        tenant_id: of Entra ID, where kubelogin signs in; None for where the Azure CLI did.

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
    return yaml.safe_dump(_kubeconfig(name, server, authority, tenant_id), sort_keys=False)


def _group_and_name(cluster_id: str) -> list[str]:
    """Return both from an id; a unit test's mock may give one of another form."""
    found = re.search("/resourceGroups/([^/]+)/", cluster_id, re.IGNORECASE)
    return [found[1] if found else "", cluster_id.rpartition("/")[-1]]


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


def _kubeconfig(name: str, server: str, authority: str, tenant_id: str | None) -> dict[str, Any]:
    user = f"{name}-entra-id"
    tenant = ["--tenant-id", tenant_id] if tenant_id else []
    arguments = [*_KUBELOGIN["args"], *tenant]
    cluster = {"server": server, "certificate-authority-data": authority}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": user, "user": {"exec": {**_KUBELOGIN, "args": arguments}}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": user}}],
        "current-context": name,
    }


_KUBELOGIN: Final[dict[str, Any]] = {
    "apiVersion": "client.authentication.k8s.io/v1beta1",
    "command": "kubelogin",
    "args": ["get-token", "--login", "azurecli", "--server-id", AKS_SERVER_APPLICATION],
    "installHint": "Install kubelogin (https://azure.github.io/kubelogin) and run `az login`.",
    "interactiveMode": "IfAvailable",
    "provideClusterInfo": False,
}

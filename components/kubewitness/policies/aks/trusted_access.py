"""`aks-trusted-access`: no Azure resource uses the API of a cluster past network and users."""

from collections.abc import Iterator

from kubewitness.azure.resource_ids import fold
from kubewitness.graph.model import AksCluster, Graph, TrustedAccess
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown
from kubewitness.policies.judging.hidden import hidden
from kubewitness.policies.policy import Policy, Scope, Severity, doubtful, failing, passing
from kubewitness.policies.settings import PolicySettings
from kubewitness.policies.verdict import PASS, Judgement, Reason, fail, undecided, worst


class TrustedAccessSettings(PolicySettings):
    """The settings of `aks-trusted-access`.

    Attributes:
        trusted_roles: roles that any binding may have, such as
            `Microsoft.DataProtection/backupVaults/backup-operator`; Azure ignores the case.
    """

    trusted_roles: tuple[str, ...] = ()


def judge(_cluster: AksCluster, _graph: Graph, _settings: TrustedAccessSettings) -> Judgement:
    """Pass: a cluster itself gives no such access, and each binding is judged on its own."""
    return PASS


def judge_bindings(
    graph: Graph, settings: TrustedAccessSettings
) -> Iterator[tuple[Resource, Judgement]]:
    """Judge each role binding, whichever cluster it is of."""
    for binding in graph.trusted_access:
        yield binding.resource, _judge_binding(binding, settings)


def _judge_binding(binding: TrustedAccess, settings: TrustedAccessSettings) -> Judgement:
    if not settings.trusted_roles:
        return _fails(binding)
    if isinstance(binding.roles, Unknown):
        return _hidden(binding.roles)
    allowed = {fold(role) for role in settings.trusted_roles}
    known = [role for role in binding.roles if isinstance(role, str)]
    others = [role for role in known if fold(role) not in allowed]
    unknown = [
        r if isinstance(r, Unknown) else Unknown() for r in binding.roles if not isinstance(r, str)
    ]
    doubts = unknown if binding.roles else [Unknown()]
    return worst(_fails(binding, *others) if others else PASS, *map(_hidden, doubts))


def _fails(binding: TrustedAccess, *roles: str) -> Judgement:
    source = f"`{binding.source}`" if isinstance(binding.source, str) else "an Azure resource"
    named = f" with the role {', '.join(f'`{role}`' for role in roles)}" if roles else ""
    message = (
        f"gives {source} access to the API server{named}, in spite of authorised IP ranges, "
        "a private network and disabled local accounts"
    )
    return fail(Reason("trusted-access", message))


def _hidden(roles: Unknown) -> Judgement:
    what, decide = "the roles of this Trusted Access binding", "write `roles` as plain values"
    return undecided(hidden("unknown-roles", what, roles, decide))


_PREFIX = (
    "containerservice.TrustedAccessRoleBinding(\n"
    '    "backup",\n'
    "    resource_group_name=group.name,\n"
    '    resource_name_=cluster("aks").name,\n'
    '    source_resource_id="/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups"\n'
    '    "/backup/providers/Microsoft.DataProtection/backupVaults/vault",\n'
)
_BACKUP = "Microsoft.DataProtection/backupVaults/backup-operator"
_BINDING = f'{_PREFIX}    roles=["{_BACKUP}"],\n)'
_TWO_ROLES = (
    f'{_PREFIX}    roles=["{_BACKUP}", "Microsoft.MachineLearningServices/workspaces/mlworkload"],'
    "\n)"
)

POLICY = Policy(
    id="aks-trusted-access",
    title="No Azure resource has Trusted Access to the API of an AKS cluster",
    why=(
        "Trusted Access lets another Azure resource use the API server through Azure's own "
        "gateway. Authorised IP ranges, a private network and disabled local accounts do not "
        "stop it, and a person who controls that resource can act in the cluster."
    ),
    fix_pulumi=(
        "remove the `TrustedAccessRoleBinding` (classic provider: "
        "`ClusterTrustedAccessRoleBinding`), or allow its roles in the setting `trustedRoles`"
    ),
    fix_cli=(
        "az aks trustedaccess rolebinding delete --resource-group GROUP --cluster-name CLUSTER "
        "--name BINDING"
    ),
    severity=Severity.MEDIUM,
    scope=Scope.RESOURCE,
    subject=AksCluster,
    settings=TrustedAccessSettings,
    judge=judge,
    judge_others=judge_bindings,
    examples=(
        passing("No binding", 'cluster("aks")'),
        passing("A role that the settings allow", _BINDING, trustedRoles=[_BACKUP]),
        failing("A backup vault has access", _BINDING),
        failing("A role that the settings do not allow", _TWO_ROLES, trustedRoles=[_BACKUP]),
        failing(
            "A binding in an ARM template",
            "resources.Deployment(\n"
            '    "template", resource_group_name=group.name,\n'
            '    properties={"mode": "Incremental", "template": {"resources": [{\n'
            '        "type": "Microsoft.ContainerService/managedClusters'
            '/trustedAccessRoleBindings",\n'
            '        "name": "aks/backup", "apiVersion": "2025-09-01",\n'
            '        "properties": {"roles": [], "sourceResourceId": "/subscriptions/s"}}]}},\n'
            ")",
        ),
        doubtful(
            "Roles that are known only after the deployment",
            f"{_PREFIX}    roles=workspace.customer_id.apply(lambda _: []),\n)",
            trustedRoles=[_BACKUP],
        ),
    ),
    links=("https://learn.microsoft.com/azure/aks/trusted-access-feature",),
)

"""The scenario table: Pulumi programs and the verdicts that they deserve.

The offline check and the real engine must both give exactly these. A program is written as a user
would write it; what all of them share is in `PRELUDE`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubewitness.policies.examples import PRELUDE as EXAMPLES_PRELUDE

PRELUDE = (
    EXAMPLES_PRELUDE
    + """\
import pulumi_azure_native as azure

rg, ALL = group, AUDIT_CATEGORIES


"""
)

SUBSCRIPTION = "00000000-0000-4000-8000-00000000000a"
"""The subscription that the stand-in provider creates everything in."""

ID = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{{}}"
    "/providers/Microsoft.ContainerService/managedClusters/{}"
)

Expected = Mapping[tuple[str, str], str]
"""Outcome by policy and resource name, of everything that is neither passed nor inapplicable."""


@dataclass(frozen=True)
class Scenario:
    """One program.

    Attributes:
        name: what is special about it.
        program: its source after the prelude.
        expected: what stops it; empty where it passes.
        printed: verdicts that are reported without blocking.
        settings: configuration of the pack.
        packs: sources of other packs that run beside ours.
        stopped_by: policies of those packs that stop it.
        stack: the content of the stack's file.
        stops: what the offline check says where it must stop, for nobody gave an answer.
        offline_only: why the engine cannot run it or would rightly decide otherwise.
    """

    name: str
    program: str
    expected: Expected = field(default_factory=dict)
    printed: Expected = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    packs: tuple[str, ...] = ()
    stopped_by: frozenset[str] = frozenset()
    stack: Mapping[str, Any] = field(default_factory=dict)
    stops: tuple[str, ...] = ()
    offline_only: str = ""


LOGS, ACCOUNTS, ENTRA = "aks-audit-logs", "aks-local-accounts", "aks-entra-rbac"
VALID, API, EKS_LOGS = "aks-audit-settings-valid", "aks-api-access", "eks-audit-logs"
RUN_COMMAND = "aks-run-command"

PROTECT_PACK = """\
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy


def validate(args, report_violation):
    if args.resource_type.endswith(":ManagedCluster") and not args.opts.protect:
        report_violation("a cluster must be protected")


PolicyPack("other", [ResourceValidationPolicy("protected", "Clusters are protected", validate)],
           enforcement_level=EnforcementLevel.MANDATORY)
"""

REMEDIATING_PACK = """\
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy


def remediate(args):
    if not args.resource_type.endswith(":DiagnosticSetting"):
        return None
    names = ("kube-audit", "kube-audit-admin", "guard")
    return {**args.props, "logs": [{"category": name, "enabled": True} for name in names]}


PolicyPack("mender", [ResourceValidationPolicy("all-categories", "Adds categories",
           remediate=remediate, enforcement_level=EnforcementLevel.REMEDIATE)])
"""

COMPONENT = """\
class Platform(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("example:index:Platform", name, {}, opts)
        mine = pulumi.ResourceOptions(parent=self)
        self.cluster = cluster("aks", opts=mine)
        setting("audit", self.cluster.id, opts=mine)
        self.register_outputs({})


"""

WEAKEN = """\
def weaken(args):
    if args.type_.endswith(":ManagedCluster"):
        return pulumi.ResourceTransformResult(
            props={**args.props, "disableLocalAccounts": False}, opts=args.opts)
    return None


"""

SCENARIOS = (
    Scenario("everything in order", 'setting("audit", cluster("aks").id)'),
    Scenario("no diagnostic setting", 'cluster("aks")', {(LOGS, "aks"): "fail"}),
    Scenario(
        "guard is lacking",
        'setting("audit", cluster("aks").id, ALL[:2])',
        {(LOGS, "aks"): "fail"},
    ),
    Scenario(
        "two clusters, one setting",
        'setting("audit", cluster("covered").id)\ncluster("bare")',
        {(LOGS, "bare"): "fail"},
    ),
    Scenario(
        "two settings share the coverage",
        'aks = cluster("aks")\nsetting("one", aks.id, ALL[:1])\nsetting("two", aks.id, ALL[1:])',
    ),
    Scenario(
        "a setting for metrics only beside a complete one",
        'aks = cluster("aks")\nsetting("audit", aks.id)\n'
        'setting("metrics", aks.id, logs=None,\n'
        '        metrics=[{"category": "AllMetrics", "enabled": True}])',
    ),
    Scenario(
        "only a setting for metrics",
        'setting("metrics", cluster("aks").id, logs=None,\n'
        '        metrics=[{"category": "AllMetrics", "enabled": True}])',
        {(LOGS, "aks"): "fail"},
    ),
    Scenario(
        "linked through apply",
        'setting("audit", cluster("aks").id.apply(lambda identifier: identifier.lower()))',
    ),
    Scenario(
        "linked through a concatenated id",
        'aks = cluster("aks")\n'
        'setting("audit", pulumi.Output.concat('
        f'"/subscriptions/{SUBSCRIPTION}/resourceGroups/", rg.name,\n'
        '    "/providers/Microsoft.ContainerService/managedClusters/", aks.name))',
    ),
    Scenario(
        "concatenated id that names no resource but the group",
        'cluster("aks", resource_name_="shop")\n'
        'setting("audit", pulumi.Output.concat('
        f'"/subscriptions/{SUBSCRIPTION}/resourceGroups/", rg.name,\n'
        '    "/providers/Microsoft.ContainerService/managedClusters/shop"))',
        {(LOGS, "aks"): "undecided"},
    ),
    Scenario(
        "linked through a literal id",
        'cluster("aks", resource_name_="shop", resource_group_name="shops")\n'
        f'setting("audit", "{ID.format("SHOPS", "Shop")}")',
        {(LOGS, "aks"): "undecided"},
    ),
    Scenario(
        "literal id of the same name in another group",
        'cluster("aks", resource_name_="shop", resource_group_name="shops")\n'
        f'setting("audit", "{ID.format("other", "shop")}")',
        {(LOGS, "aks"): "fail"},
    ),
    Scenario(
        "literal id of a cluster elsewhere, incomplete",
        f'setting("audit", "{ID.format("other", "shop")}", ALL[:1])',
        printed={(LOGS, "audit"): "undecided"},
    ),
    Scenario(
        "cluster read with get, complete",
        f'aks = azure.containerservice.ManagedCluster.get("aks", "{ID.format("other", "shop")}")\n'
        'setting("audit", aks.id)',
    ),
    Scenario(
        "cluster read with get beside one without logs",
        f'aks = azure.containerservice.ManagedCluster.get("aks", "{ID.format("other", "shop")}")\n'
        'setting("audit", aks.id)\ncluster("bare")',
        {(LOGS, "bare"): "fail"},
        offline_only="the engine hides what was read: whose setting it is, it cannot know",
    ),
    Scenario(
        "target computed from two clusters",
        'one, two = cluster("one"), cluster("two")\n'
        'setting("audit", pulumi.Output.all(one.id, two.id).apply(lambda ids: ids[0]))',
        {(LOGS, "one"): "undecided", (LOGS, "two"): "undecided"},
    ),
    Scenario(
        "target computed from a cluster and from something else",
        'aks = cluster("aks")\n'
        'setting("audit", pulumi.Output.all(aks.id, workspace.id).apply(lambda ids: ids[1]),\n'
        '        logs=[{"category_group": "allLogs", "enabled": True}])',
        {(LOGS, "aks"): "undecided"},
    ),
    Scenario(
        "a cluster within an ARM template",
        'azure.resources.Deployment("template", resource_group_name=rg.name, properties={\n'
        '    "mode": "Incremental", "template": {"resources": [\n'
        '        {"type": "Microsoft.ContainerService/managedClusters", "name": "hidden"}]}})',
        {(policy, "template"): "undecided" for policy in (LOGS, ACCOUNTS, ENTRA)},
    ),
    Scenario(
        "an ARM template without a cluster",
        'azure.resources.Deployment("template", resource_group_name=rg.name, properties={\n'
        '    "mode": "Incremental", "template": {"resources": []}})\n'
        'setting("audit", cluster("aks").id)',
    ),
    Scenario(
        "a cluster of a bridged Terraform provider",
        'pulumi.CustomResource("azurerm:index/kubernetesCluster:KubernetesCluster", "aks", {})',
        {(policy, "aks"): "undecided" for policy in (LOGS, ACCOUNTS, ENTRA)},
        offline_only="no such provider stands in here",
    ),
    Scenario(
        "only the policy on the stack is enabled",
        'setting("audit", cluster("aks", disable_local_accounts=False).id)',
        settings={"all": "disabled", LOGS: "mandatory"},
    ),
    Scenario(
        "setting without destination",
        'setting("audit", cluster("aks").id, workspace_id=None)',
        {(LOGS, "aks"): "fail", (VALID, "aks"): "fail"},
    ),
    Scenario(
        "categories listed but not enabled",
        'setting("audit", cluster("aks").id,\n'
        '        logs=[{"category": name, "enabled": False} for name in ALL])',
        {(LOGS, "aks"): "fail"},
    ),
    Scenario(
        "category group allLogs, the other disabled",
        'setting("audit", cluster("aks").id,\n'
        '        logs=[{"category_group": "allLogs", "enabled": True},\n'
        '              {"category_group": "audit", "enabled": False}])',
    ),
    Scenario(
        "category group audit, whose members are not documented",
        'setting("audit", cluster("aks").id, logs=[{"category_group": "audit", "enabled": True}])',
        {(LOGS, "aks"): "undecided"},
    ),
    Scenario(
        "logs unknown until the deployment",
        'setting("audit", cluster("aks").id, logs=workspace.customer_id.apply(\n'
        '    lambda _: [{"category": name, "enabled": True} for name in ALL]))',
        {(LOGS, "aks"): "undecided"},
    ),
    Scenario(
        "logs known but secret",
        'setting("audit", cluster("aks").id, logs=pulumi.Output.secret(\n'
        '    [{"category": name, "enabled": True} for name in ALL]))',
    ),
    Scenario(
        "local accounts on by default",
        'setting("audit", cluster("aks", disable_local_accounts=None).id)',
        {(ACCOUNTS, "aks"): "fail"},
    ),
    Scenario(
        "local accounts unknown until the deployment",
        'setting("audit", cluster("aks",\n'
        "    disable_local_accounts=workspace.customer_id.apply(lambda _: True)).id)",
        {(ACCOUNTS, "aks"): "undecided"},
    ),
    Scenario(
        "Entra managed but without Azure RBAC",
        'setting("audit", cluster("aks", aad_profile={"managed": True}).id)',
        {(ENTRA, "aks"): "fail"},
    ),
    Scenario(
        "no Entra at all",
        'setting("audit", cluster("aks", aad_profile=None).id)',
        {(ENTRA, "aks"): "fail"},
    ),
    Scenario(
        "Entra unknown until the deployment",
        'setting("audit", cluster("aks", aad_profile=workspace.customer_id.apply(\n'
        '    lambda _: {"managed": True, "enable_azure_rbac": True})).id)',
        {(ENTRA, "aks"): "undecided"},
    ),
    Scenario(
        "cluster and setting in a component",
        COMPONENT + 'Platform("platform")',
    ),
    Scenario(
        "weakened by a transform of its own",
        WEAKEN + 'setting("audit", cluster("aks",\n'
        "    opts=pulumi.ResourceOptions(transforms=[weaken])).id)",
        {(ACCOUNTS, "aks"): "fail"},
    ),
    Scenario(
        "weakened by a transform of its parent",
        COMPONENT + WEAKEN + 'Platform("platform", pulumi.ResourceOptions(transforms=[weaken]))',
        {(ACCOUNTS, "aks"): "fail"},
    ),
    Scenario(
        "weakened by a transform of the stack",
        WEAKEN + "pulumi.runtime.register_resource_transform(weaken)\n"
        'setting("audit", cluster("aks").id)',
        {(ACCOUNTS, "aks"): "fail"},
    ),
    Scenario(
        "a setting stripped of a category by a transform of its own",
        "def strip(args):\n"
        '    logs = [log for log in args.props["logs"] if log["category"] != "guard"]\n'
        "    return pulumi.ResourceTransformResult(\n"
        '        props={**args.props, "logs": logs}, opts=args.opts)\n\n\n'
        'setting("audit", cluster("aks").id, opts=pulumi.ResourceOptions(transforms=[strip]))',
        {(LOGS, "aks"): "fail"},
    ),
    Scenario(
        "a setting that a transform of its own only tags",
        "def touch(args):\n"
        '    return pulumi.ResourceTransformResult(props={**args.props, "name": "audit"},\n'
        "                                          opts=args.opts)\n\n\n"
        'setting("audit", cluster("aks").id, opts=pulumi.ResourceOptions(transforms=[touch]))',
        {(LOGS, "aks"): "undecided"},
    ),
    Scenario(
        "fixed by a transform of the stack",
        WEAKEN.replace("False", "True")
        + "pulumi.runtime.register_resource_transform(weaken)\n"
        + 'setting("audit", cluster("aks", disable_local_accounts=False).id)',
    ),
    Scenario(
        "a provider whose configuration is unknown",
        'provider = azure.Provider("provider", subscription_id=workspace.customer_id)\n'
        "mine = pulumi.ResourceOptions(provider=provider)\n"
        'setting("audit", cluster("aks", opts=mine).id, opts=mine)',
    ),
    Scenario(
        "coverage any: admin and guard",
        'setting("audit", cluster("aks").id, ALL[1:])',
        settings={LOGS: {"coverage": "any"}},
    ),
    Scenario(
        "coverage any: guard is still demanded",
        'setting("audit", cluster("aks").id, ALL[:2])',
        {(LOGS, "aks"): "fail"},
        settings={LOGS: {"coverage": "any"}},
    ),
    Scenario(
        "undecided is set to be reported only",
        'setting("audit", cluster("aks").id, logs=[{"category_group": "audit", "enabled": True}])',
        printed={(LOGS, "aks"): "undecided"},
        settings={LOGS: {"undecided": "report"}},
    ),
    Scenario(
        "options reach another pack: protected",
        'setting("audit", cluster("aks", opts=pulumi.ResourceOptions(protect=True)).id)',
        packs=(PROTECT_PACK,),
    ),
    Scenario(
        "options reach another pack: not protected",
        'setting("audit", cluster("aks").id)',
        packs=(PROTECT_PACK,),
        stopped_by=frozenset({"protected"}),
    ),
    Scenario(
        "a remediation adds what is missing before anybody judges",
        'setting("audit", cluster("aks").id, ALL[:1])',
        packs=(REMEDIATING_PACK,),
    ),
    Scenario(
        "classic provider, in order",
        "aks = pulumi.CustomResource(\n"
        '    "azure:containerservice/kubernetesCluster:KubernetesCluster", "aks",\n'
        '    {"localAccountDisabled": True, "privateClusterEnabled": True,\n'
        '            "runCommandEnabled": False,\n'
        '            "azureActiveDirectoryRoleBasedAccessControl": {"azureRbacEnabled": True}})\n'
        'pulumi.CustomResource("azure:monitoring/diagnosticSetting:DiagnosticSetting", "audit",\n'
        '    {"targetResourceId": aks.id, "logAnalyticsWorkspaceId": workspace.id,\n'
        '     "enabledLogs": [{"category": name} for name in ALL]})',
    ),
    Scenario(
        "classic provider, everything wrong",
        "aks = pulumi.CustomResource(\n"
        '    "azure:containerservice/kubernetesCluster:KubernetesCluster", "aks",\n'
        '    {"localAccountDisabled": False})\n'
        'pulumi.CustomResource("azure:monitoring/diagnosticSetting:DiagnosticSetting", "audit",\n'
        '    {"targetResourceId": aks.id, "logAnalyticsWorkspaceId": workspace.id,\n'
        '     "logs": [{"category": name, "enabled": name != "guard"} for name in ALL]})',
        {(policy, "aks"): "fail" for policy in (LOGS, ACCOUNTS, ENTRA, API, RUN_COMMAND)},
    ),
    Scenario(
        "a remote component, which cannot be seen into",
        "class Remote(pulumi.ComponentResource):\n"
        "    def __init__(self, name):\n"
        '        super().__init__("example:index:Remote", name, {"id": None}, remote=True)\n\n\n'
        'Remote("black-box")',
        {(LOGS, "black-box"): "undecided"},
        offline_only="the engine asks the component's provider and then sees its children",
    ),
    Scenario(
        "changes of what protects are ignored, so what is deployed decides",
        'setting("audit", cluster("aks",\n'
        '    opts=pulumi.ResourceOptions(ignore_changes=["disableLocalAccounts"])).id,\n'
        '    opts=pulumi.ResourceOptions(ignore_changes=["metrics", "logs[0].retentionPolicy"]))',
        {(ACCOUNTS, "aks"): "undecided"},
        offline_only="the engine knows whether anything is deployed, and what",
    ),
    Scenario(
        "a direct call to the cloud that has no answer",
        "client = azure.authorization.get_client_config()\n"
        'setting("audit", cluster("aks", tags={"tenant": client.tenant_id}).id)',
        stops=("functions:", "azure-native:authorization:getClientConfig:"),
        offline_only="the engine asks the cloud",
    ),
    Scenario(
        "a plain read of an encrypted value that has no answer",
        'setting("audit", cluster("aks").id, workspace_id=pulumi.Config().require("workspace"))',
        stack={"config": {"program:workspace": {"secure": "v1:x"}}},
        stops=("config: {program:workspace: ...}",),
        offline_only="the engine decrypts it",
    ),
    Scenario(
        "an encrypted value read as a secret",
        'setting("audit", cluster("aks").id,\n'
        '        workspace_id=pulumi.Config().require_secret("workspace"))',
        {(LOGS, "aks"): "undecided"},
        stack={"config": {"program:workspace": {"secure": "v1:x"}}},
        offline_only="the engine decrypts it",
    ),
    Scenario(
        "the workspace of another stack",
        'other = pulumi.StackReference("organization/network/prod")\n'
        'setting("audit", cluster("aks").id, workspace_id=other.get_output("workspace"))',
        {(LOGS, "aks"): "undecided"},
        offline_only="the engine asks the backend for the other stack",
    ),
)

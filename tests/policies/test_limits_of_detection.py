"""The page "Limits of detection" is true: the check reports what each row states."""

import re
from pathlib import Path
from typing import Final

import pytest

from kubewitness.graph.stack import Stack
from kubewitness.policies.check import CheckResult, check
from kubewitness.policies.verdict import Outcome
from kubewitness.sources.loaded import Loaded
from support.check_source import check_source
from support.engine import write_project
from support.paths import ROOT
from support.policy_examples import run_example
from support.scenarios import ID, PRELUDE

PAGE: Final = ROOT / "docs" / "limits" / "limits-of-detection.md"
ROW: Final = re.compile(
    r"^\| `(?P<case>[\w-]+)` \|.*\| (?P<reported>[\w ]+) \|[^|]*\|$", re.MULTILINE
)
ROWS: Final = {row["case"]: row["reported"] for row in ROW.finditer(PAGE.read_text("utf-8"))}

IN_ORDER: Final = 'setting("in-order-audit", cluster("in-order").id)\n'
"""Stands before each program, as most stacks have a cluster in order."""

WEAK: Final = 'cluster("weak", disable_local_accounts=False)'

PROGRAMS: Final = {
    "program-calls-azure": 'import subprocess\nsubprocess.run(["true", "az aks create"])',
    "dynamic-provider": """\
from pulumi.dynamic import CreateResult, Resource, ResourceProvider
class Provider(ResourceProvider):
    def create(self, props):
        return CreateResult("az aks create")
class Script(Resource):
    pass
Script(Provider(), "dynamic", {})
""",
    "resource-hook": """\
hook = pulumi.ResourceHook("hook", lambda args: print("az aks update --enable-local-accounts"))
resources.ResourceGroup("other", opts=pulumi.ResourceOptions(
    hooks=pulumi.ResourceHookBinding(after_create=[hook])))
""",
    "command-resource": """\
pulumi.CustomResource("command:local:Command", "command", {"create": "az aks create --name dark"})
""",
    "deployment-script": """\
resources.AzureCliScript("script", resource_group_name=group.name, kind="AzureCLI",
    az_cli_version="2.60.0", retention_interval="P1D", script_content="az aks create --name dark")
""",
    "command-in-a-file": """\
pulumi.CustomResource("command:local:Command", "command", {"create": "bash create-cluster.sh"})
""",
    "helm-chart": """\
pulumi.CustomResource("kubernetes:helm.sh/v3:Release", "operator", {"chart": "azure-operator"})
""",
    "linked-template": """\
resources.Deployment("deployment", resource_group_name=group.name, properties={
    "mode": "Incremental", "template_link": {"uri": "https://templates.example/aks.json"}})
""",
    "generic-cluster": """\
resources.Resource("generic", resource_group_name=group.name, resource_name_="dark",
    resource_provider_namespace="Microsoft.ContainerService", resource_type="managedClusters",
    parent_resource_path="", api_version="2025-05-01")
""",
    "terraform-module": """\
pulumi.CustomResource("network:tf:azurerm_kubernetes_cluster", "cluster", {"name": "dark"})
""",
    "cluster-operator": """\
pulumi.CustomResource("kubernetes:containerservice.azure.com/v1api20240901:ManagedCluster",
    "operated", {"spec": {"azureName": "dark"}})
""",
    "cluster-elsewhere": """\
pulumi.CustomResource("gcp:container/cluster:Cluster", "elsewhere", {"location": "europe-west1"})
""",
    "service-catalog": """\
pulumi.CustomResource("aws:servicecatalog/provisionedProduct:ProvisionedProduct", "product",
    {"productName": "eks"})
""",
    "runbook": """\
from pulumi_azure_native import automation
automation.Runbook("runbook", resource_group_name=group.name, automation_account_name="a",
    runbook_type="PowerShell", draft={})
""",
    "plugin-from-elsewhere": """\
resources.ResourceGroup("other", opts=pulumi.ResourceOptions(
    plugin_download_url="https://plugins.example"))
""",
    "only-in-the-deployment": f"if not pulumi.runtime.is_dry_run():\n    {WEAK}",
    "apply-on-an-output": f"workspace.customer_id.apply(lambda _: {WEAK})",
    "remote-component": """\
pulumi.ComponentResource("example:index:Platform", "platform", {}, None, remote=True)
""",
    "id-of-another-cluster": f"""setting("dark-audit", cluster("dark").id.apply(
    lambda _: "{ID.format("shop", "in-order")}"), name="dark-audit",
    workspace_id=operationalinsights.Workspace(
        "other", resource_group_name=group.name, retention_in_days=365).id)
""",
    "change-after-the-deployment": "",
    "role-assignment": """\
authorization.RoleAssignment("contributor", scope=group.id, principal_type="User",
    principal_id="11111111-2222-4333-8444-555555555555",
    role_definition_id="/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0")
""",
    "policy-assignment": """\
authorization.PolicyAssignment("modify", scope=group.id,
    policy_definition_id="/providers/Microsoft.Authorization/policyDefinitions/modify")
""",
    "other-stack": "",
    "node-script": """\
from pulumi_azure_native import compute
compute.VirtualMachineScaleSetExtension("script", resource_group_name="MC_shop_aks_westeurope",
    vm_scale_set_name="aks-system-vmss", publisher="Microsoft.Azure.Extensions",
    type="CustomScript", settings={"commandToExecute": "cat /etc/kubernetes/azure.json"})
""",
}
"""The program of each case; empty where nothing in the program shows it."""


def checked(program: str) -> CheckResult:
    """What a check of a program finds, next to a cluster in order."""
    found, calls = run_example(IN_ORDER + program)
    return check(Loaded("program", Stack("shop", "dev"), tuple(found), calls, is_planned=True))


def reported(result: CheckResult) -> str:
    """What a check reports, in the words of the page."""
    blocking = {verdict.outcome for verdict in result.verdicts if verdict.blocks}
    if Outcome.FAIL in blocking:
        return "fail"
    if Outcome.UNDECIDED in blocking or result.loaded.unreadable:
        return "undecided"
    return "note" if result.notes else "nothing"


def test_each_row_has_a_case_and_each_case_a_row() -> None:
    """A row without a program is a claim that nobody tried."""
    assert PROGRAMS.keys() == ROWS.keys()


def test_a_program_without_anything_to_hide_reports_nothing() -> None:
    """Whatever the cases report is theirs."""
    result = checked("")
    assert reported(result) == "nothing"
    assert result.exit_code == 0


def test_a_weak_cluster_in_sight_fails() -> None:
    """What the cases hide would be found if it were registered."""
    assert reported(checked(WEAK)) == "fail"


WITHHELD: Final = "apply-on-an-output"
"""Only the process of a checked program shows which calls were withheld."""


@pytest.mark.parametrize("case", sorted(PROGRAMS.keys() - {WITHHELD}))
def test_the_check_reports_what_the_page_states(case: str) -> None:
    """No row promises more, or less, than the check does."""
    assert reported(checked(PROGRAMS[case])) == ROWS[case]


def test_the_check_notes_a_function_that_was_withheld(tmp_path: Path) -> None:
    """As the page states of it."""
    program = write_project(tmp_path, PRELUDE + IN_ORDER + PROGRAMS[WITHHELD])
    assert reported(check_source(program)) == ROWS[WITHHELD]

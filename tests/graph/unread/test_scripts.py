"""Commands that create or weaken a cluster are recognised in scripts, and harmless ones are not."""

import pytest

from kubewitness.graph.unread.scripts import commands_in, texts


@pytest.mark.parametrize(
    ("script", "command"),
    [
        ("az aks create --name x", "az aks create"),
        ("set -e\naz aks \\\n  create -n x", "az aks create"),
        ("AZ AKS UPDATE -n x --enable-local-accounts", "az aks update"),
        ("az aks get-credentials -g g -n n --admin", "az aks get-credentials --admin"),
        ("az aks get-credentials -a -g g -n n", "az aks get-credentials --admin"),
        ("az aks command invoke --command 'kubectl get secrets'", "az aks command invoke"),
        ("az monitor diagnostic-settings delete --name audit", "az monitor diagnostic-settings"),
        ("az deployment group create -f main.bicep", "az deployment"),
        ("az resource update --ids $ID", "az resource"),
        (
            "az rest --method put --url /providers/Microsoft.ContainerService/managedClusters/x",
            "az rest",
        ),
        ("eksctl create cluster --name x", "eksctl create cluster"),
        ("aws eks create-cluster --name x", "aws eks create-cluster"),
        ("New-AzAksCluster -Name x", "New-AzAksCluster"),
        ("Import-AzAksCredential -Name x -Admin", "Import-AzAksCredential -Admin"),
        ("Remove-AzDiagnosticSetting -Name audit", "Remove-AzDiagnosticSetting"),
        ('subprocess.run(["az", "aks", "create"])', "az aks create"),
    ],
)
def test_a_command_is_recognised(script: str, command: str) -> None:
    """In a shell, over lines, as a list of arguments, in PowerShell, in any case."""
    assert command in list(commands_in(script))


@pytest.mark.parametrize(
    "script",
    [
        "az aks show --name x",
        "az aks get-credentials -g g -n n && kubelogin convert-kubeconfig -l azurecli",
        "az aks get-credentials -n n; rm -a x",
        "az aks list -o table",
        "az monitor diagnostic-settings list --resource x",
        "kubectl apply -f x.yaml",
        "aws eks update-kubeconfig --name x",
        "echo blaz aks created",
        "",
    ],
)
def test_a_harmless_command_is_not_reported(script: str) -> None:
    """Most programs with commands have no need of a line."""
    assert list(commands_in(script)) == []


def test_arguments_in_a_list_are_one_command() -> None:
    """As the interpreter of a command resource has them."""
    (joined, *_) = texts({"interpreter": ["az", "aks", "create"]})
    assert list(commands_in(joined)) == ["az aks create"]

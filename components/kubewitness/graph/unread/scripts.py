"""Commands in scripts that create a cluster, weaken one, or change what is collected of it.

Sources: Azure CLI reference, `az aks` and `az monitor diagnostic-settings`; Azure PowerShell
reference, Az.Aks and Az.Monitor; eksctl and AWS CLI references.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_SPACE: Final = r"""(?:[\s"',\\`\[\]]|\\\n)+"""
"""The separators between the words of a command: in a shell, in a list of arguments, over lines."""

_AZ: Final = rf"az(?:\.cmd)?{_SPACE}"
_AKS: Final = rf"{_AZ}aks{_SPACE}"

_COMMANDS: Final = {
    "az aks create": rf"{_AKS}create",
    "az aks update": rf"{_AKS}update",
    "az aks command invoke": rf"{_AKS}command{_SPACE}invoke",
    "az aks get-credentials --admin": rf"{_AKS}get-credentials\b[^;&|\n]*?\s(?:--admin|-a)",
    "az aks trustedaccess rolebinding": rf"{_AKS}trustedaccess{_SPACE}rolebinding",
    "az aks rotate-certs": rf"{_AKS}rotate-certs",
    "az fleet create": rf"{_AZ}fleet{_SPACE}create",
    "az monitor diagnostic-settings": (
        rf"{_AZ}monitor{_SPACE}diagnostic-settings{_SPACE}(?:create|delete|update|subscription)"
    ),
    "az deployment": rf"{_AZ}deployment{_SPACE}\w+{_SPACE}create",
    "az stack": rf"{_AZ}stack{_SPACE}\w+{_SPACE}create",
    "az resource": rf"{_AZ}resource{_SPACE}(?:create|update|patch|invoke-action)",
    "az rest": (
        rf"{_AZ}rest\b[^;&|\n]*(?:microsoft\.containerservice|microsoft\.insights/diagnosticsettings)"
    ),
    "New-AzAksCluster": r"New-AzAksCluster",
    "Set-AzAksCluster": r"Set-AzAksCluster",
    "Import-AzAksCredential -Admin": r"(?:Import|Get)-AzAksCredential\b[^;|\n]*?\s-Admin",
    "Invoke-AzAksRunCommand": r"Invoke-AzAksRunCommand",
    "Remove-AzDiagnosticSetting": r"(?:Remove|New|Set|Update)-AzDiagnosticSetting",
    "New-AzResourceGroupDeployment": r"New-Az\w*Deployment(?:Stack)?",
    "eksctl create cluster": rf"eksctl{_SPACE}create{_SPACE}cluster",
    "eksctl utils update-cluster-logging": rf"eksctl{_SPACE}utils{_SPACE}update-cluster-logging",
    "aws eks create-cluster": rf"aws{_SPACE}eks{_SPACE}create-cluster",
    "aws eks update-cluster-config": rf"aws{_SPACE}eks{_SPACE}update-cluster-config",
    "terraform apply": rf"(?:terraform|tofu){_SPACE}apply",
    "pulumi up": rf"pulumi{_SPACE}up",
}
"""Each command as the report names it, which never repeats a script: it may hold secrets."""

_PATTERNS: Final = {
    name: re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE | re.ASCII)
    for name, pattern in _COMMANDS.items()
}
_CONTINUED: Final = re.compile(r"[\\`]\r?\n")


def commands_in(text: str) -> Iterator[str]:
    """Yield the names of the commands that a script runs, as far as its text shows them."""
    joined = _CONTINUED.sub(" ", text)
    yield from (name for name, pattern in _PATTERNS.items() if pattern.search(joined))


def texts(value: Any) -> Iterator[str]:
    """Yield each text in properties; the texts of one list also as one command line."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        yield " ".join(item for item in value if isinstance(item, str))
        for item in value:
            yield from texts(item)

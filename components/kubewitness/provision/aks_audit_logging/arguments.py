"""The arguments of AksAuditLogging, as users write them."""

from typing import NotRequired, TypedDict

import pulumi

from kubewitness.provision.trail.arguments import AdoptLogging, Destination, NewWorkspace


class AksAuditLoggingArgs(TypedDict):
    """The arguments of AksAuditLogging."""

    cluster_id: pulumi.Input[str]
    """Resource id of the AKS cluster whose logs are to be collected."""

    workspace_id: NotRequired[pulumi.Input[str]]
    """Resource id of the Log Analytics workspace that receives the logs. It may be in another
    subscription or region. Give this or `workspace`."""

    workspace: NotRequired[pulumi.Input[NewWorkspace]]
    """The workspace to create. Default, without `workspace_id`: one with 90 days interactive and
    365 in all."""

    audit_profile: NotRequired[str]
    """What of the audit logs goes to the workspace, and so what can be seen later:

    - `full` (default): `kube-audit`, `kube-audit-admin` and `guard`. Every detection can alert.
    - `filtered`: the same, but of `kube-audit` only the reads that detections need, kept by a
      transformation of the workspace, which must be a new one. Writes are in `kube-audit-admin`.
    - `archive`: `kube-audit-admin` and `guard`; `kube-audit` goes to a storage account among the
      `destinations`. Reads, such as of secrets, and `kubectl exec` can be found later, not alerted
      on.
    - `frugal`: `kube-audit-admin` and `guard`. Reads and `kubectl exec` are never recorded, and
      `aks-audit-logs` fails unless its coverage is set to `admin`."""

    destinations: NotRequired[list[Destination]]
    """Where logs go besides the workspace, in as few diagnostic settings as Azure's rules allow.
    Default: nowhere. To move a category from one place to another, take it away in one update and
    add it in the next: Azure refuses it twice, also for a moment."""

    collected_elsewhere: NotRequired[list[str]]
    """Log categories that a setting made by somebody else, such as Azure Policy, already sends to
    the same workspace, so that another would be refused. Declare it to the policy pack, too, under
    `collectedElsewhere`. Default: none."""

    resource_group_name: NotRequired[pulumi.Input[str]]
    """Resource group for the workspace: required if one is created, else not accepted."""

    location: NotRequired[pulumi.Input[str]]
    """Azure region for the workspace, if one is created. Default: that of the resource group."""

    other_log_categories: NotRequired[list[str]]
    """Control plane log categories to collect besides `kube-audit`, `kube-audit-admin` and
    `guard`, such as `kube-apiserver`. Default: none."""

    setting_name: NotRequired[pulumi.Input[str]]
    """Name of the diagnostic setting: 1 to 250 characters. Where several are needed, the others'
    names end in `-2`, `-3` and so on. By default Pulumi makes one from the component's name. A
    cluster has at most five settings."""

    adopt: NotRequired[AdoptLogging]
    """Resources of this stack that the component takes over, instead of new ones."""

    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """Tags of the workspace, if one is created."""

"""The arguments of AuditDetections, as users write them; see `arguments`."""

from typing import NotRequired, TypedDict

import pulumi


class Allowed(TypedDict):
    """What is allowed, so that no rule finds it: all that it names must hold of what is left out.

    It is an entry of `kubewitness.allow.yaml`, the file that `kubewitness hunt` reads, too.
    """

    reason: str
    """Why it is allowed."""

    expires: str
    """The last day on which it holds, as in `2027-01-31`, in UTC. It ends by itself."""

    owner: NotRequired[str]
    """Who says so."""

    rules: NotRequired[list[str]]
    """Names of detections. Default: all."""

    usernames: NotRequired[list[str]]
    """Users and service accounts; `*` stands for any text."""

    namespaces: NotRequired[list[str]]
    """Namespaces of what was asked for; `*` stands for any text."""

    images: NotRequired[list[str]]
    """Images of pods all of whose containers run such an image; `*` stands for any text."""


class AuditDetectionsArgs(TypedDict):
    """The arguments of AuditDetections."""

    workspace_id: pulumi.Input[str]
    """Resource id of the Log Analytics workspace that has the logs, whoever made it. In another
    subscription than the provider's, give the component a provider of that subscription. One
    AuditDetections to a workspace: the names of functions are the workspace's."""

    sentinel: str
    """Where the rules run:

    - `existing`: in Microsoft Sentinel, which the workspace has.
    - `onboard`: in Microsoft Sentinel, which the workspace gets. From then on Sentinel is billed
      for all that the workspace takes in. It stays when the component goes.
    - `none`: as scheduled query rules of Azure Monitor."""

    tables: NotRequired[str]
    """Which tables the workspace has the audit events in:

    - `both` (default): AKSAudit and AKSAuditAdmin. Right as well where one of them is empty.
    - `AKSAudit`: category `kube-audit`, which holds the writes, too, unless it is filtered.
    - `AKSAuditAdmin`: category `kube-audit-admin`, as by the profiles `archive` and `frugal`.
    - `AzureDiagnostics`: of settings that are not resource-specific."""

    activity_log: NotRequired[str]
    """How the subscription's activity log comes into the workspace, which a third of the
    detections read: who changed the cluster or its protection in Azure.

    - `collect` (default): by a diagnostic setting on the workspace's subscription. Azure takes in
      activity logs without charge.
    - `existing`: by a setting elsewhere, as of another subscription, or of Sentinel's connector:
      Azure refuses to send the same category to the same workspace twice."""

    rule_folders: NotRequired[list[str]]
    """Folders with rules of your own, in the YAML of Microsoft Sentinel, which are deployed beside
    ours: all in a folder and below, or one file. A relative path begins at the program's folder. A
    rule is called as its file is, or as its folder where the file is `rule.yaml`. `severities`,
    `rules`, `disabled_rules` and `allow_list` mean them, too. Default: none. Rules of Sigma become
    Sentinel's by `kubewitness import-sigma`."""

    severities: NotRequired[list[str]]
    """Which detections, by severity: `High`, `Medium`, `Low`, `Informational`. Default: `High` and
    `Medium`. What cannot run on these tables or in this service is left out, and told."""

    rules: NotRequired[list[str]]
    """Which detections, by name, as in `pod-exec`, instead of by severity. What cannot run on these
    tables or in this service is an error."""

    disabled_rules: NotRequired[list[str]]
    """Those of them that are there and do not run. Default: none."""

    allow_list: NotRequired[list[Allowed]]
    """What no rule finds. It becomes part of the queries. Default: nothing."""

    frequency: NotRequired[str]
    """How often every rule runs: `5m`, `10m`, `15m`, `30m`, `45m`, `1h` to `6h` or `1d`. Default:
    what each rule says. A rule never looks back less far than this."""

    action_group_ids: NotRequired[list[pulumi.Input[str]]]
    """Resource ids of up to five action groups that alerts of Azure Monitor go to. Sentinel knows
    none: its automation rules do that. Default: none, and alerts are seen in the portal only."""

    location: NotRequired[pulumi.Input[str]]
    """Azure region of Azure Monitor's rules. Default: that of the workspace's resource group."""

    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """Tags of Azure Monitor's rules. Sentinel's have none."""

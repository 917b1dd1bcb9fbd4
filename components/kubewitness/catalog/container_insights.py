"""Tables that a workspace has in addition to the logs of a cluster.

Container insights fills most: what runs in a cluster, and what it prints. SigninLogs has the
sign-ins to Entra ID.

Source: Azure docs, "Azure Monitor Logs reference", the pages of these tables.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final, Literal, get_args

from kubewitness.catalog.columns import Column, columns

InsightsTable = Literal[
    "KubePodInventory",
    "KubeEvents",
    "ContainerLogV2",
    "KubeNodeInventory",
    "KubeServices",
    "ContainerInventory",
    "SigninLogs",
]

INSIGHTS_TABLES: Final[tuple[InsightsTable, ...]] = get_args(InsightsTable)

_OF_A_CLUSTER: Final = columns(ClusterId="string", ClusterName="string")

INSIGHTS_COLUMNS: Final[Mapping[InsightsTable, tuple[Column, ...]]] = {
    "KubePodInventory": (
        *_OF_A_CLUSTER,
        *columns(
            Computer="string",
            ContainerCreationTimeStamp="datetime",
            ContainerID="string",
            ContainerLastStatus="string",
            ContainerName="string",
            ContainerRestartCount="int",
            ContainerStartTime="datetime",
            ContainerStatus="string",
            ContainerStatusReason="string",
            ControllerKind="string",
            ControllerName="string",
            InstanceName="string",
            Name="string",
            Namespace="string",
            PodCreationTimeStamp="datetime",
            PodIp="string",
            PodLabel="string",
            PodRestartCount="int",
            PodStartTime="datetime",
            PodStatus="string",
            PodUid="string",
            ServiceName="string",
        ),
    ),
    "KubeEvents": (
        *_OF_A_CLUSTER,
        *columns(
            Computer="string",
            Count="real",
            FirstSeen="datetime",
            KubeEventType="string",
            LastSeen="datetime",
            Message="string",
            Name="string",
            Namespace="string",
            ObjectKind="string",
            Reason="string",
            SourceComponent="string",
        ),
    ),
    "ContainerLogV2": columns(
        Computer="string",
        ContainerId="string",
        ContainerName="string",
        KubernetesMetadata="dynamic",
        LogLevel="string",
        LogMessage="dynamic",
        LogSource="string",
        PodName="string",
        PodNamespace="string",
    ),
    "KubeNodeInventory": (
        *_OF_A_CLUSTER,
        *columns(
            Computer="string",
            CreationTimeStamp="datetime",
            DockerVersion="string",
            KubeProxyVersion="string",
            KubeletVersion="string",
            KubernetesProviderID="string",
            Labels="string",
            LastTransitionTimeReady="datetime",
            OperatingSystem="string",
            Status="string",
        ),
    ),
    "KubeServices": (
        *_OF_A_CLUSTER,
        *columns(
            ClusterIp="string",
            Namespace="string",
            SelectorLabels="string",
            ServiceName="string",
            ServiceType="string",
        ),
    ),
    "ContainerInventory": columns(
        Command="string",
        ComposeGroup="string",
        Computer="string",
        ContainerHostname="string",
        ContainerID="string",
        ContainerState="string",
        CreatedTime="datetime",
        EnvironmentVar="string",
        ExitCode="int",
        FinishedTime="datetime",
        Image="string",
        ImageID="string",
        ImageTag="string",
        Links="string",
        Name="string",
        Ports="string",
        Repository="string",
        StartedTime="datetime",
    ),
    "SigninLogs": columns(
        AADTenantId="string",
        AppDisplayName="string",
        AppId="string",
        AuthenticationDetails="string",
        AuthenticationProtocol="string",
        AuthenticationRequirement="string",
        Category="string",
        ClientAppUsed="string",
        ConditionalAccessStatus="string",
        CorrelationId="string",
        CreatedDateTime="datetime",
        DeviceDetail="dynamic",
        IPAddress="string",
        Id="string",
        Identity="string",
        Location="string",
        LocationDetails="dynamic",
        MfaDetail="dynamic",
        OperationName="string",
        ResourceDisplayName="string",
        ResourceIdentity="string",
        ResultDescription="string",
        ResultType="string",
        RiskLevelDuringSignIn="string",
        RiskState="string",
        Status="dynamic",
        UserAgent="string",
        UserDisplayName="string",
        UserId="string",
        UserPrincipalName="string",
        UserType="string",
    ),
}
"""The columns of each table, apart from those that every table has. Of SigninLogs, the user,
the address, the application and the method of the sign-in."""

_DISTINCTIVE: Final[Mapping[InsightsTable, tuple[frozenset[str], ...]]] = {
    "KubePodInventory": tuple(
        frozenset({name})
        for name in (
            "PodStatus",
            "PodLabel",
            "PodCreationTimeStamp",
            "PodStartTime",
            "PodRestartCount",
            "ContainerRestartCount",
            "ContainerStatusReason",
            "ContainerLastStatus",
            "ContainerCreationTimeStamp",
        )
    ),
    "KubeEvents": (frozenset({"KubeEventType"}), frozenset({"ObjectKind", "Reason"})),
    "ContainerLogV2": (
        frozenset({"KubernetesMetadata"}),
        frozenset({"LogMessage", "LogSource"}),
        frozenset({"LogMessage", "PodNamespace"}),
    ),
    "KubeNodeInventory": (
        frozenset({"KubeletVersion"}),
        frozenset({"KubeProxyVersion"}),
        frozenset({"KubernetesProviderID"}),
        frozenset({"LastTransitionTimeReady"}),
    ),
    "KubeServices": (frozenset({"SelectorLabels"}), frozenset({"ClusterIp", "ServiceName"})),
    "ContainerInventory": (
        frozenset({"ContainerHostname"}),
        frozenset({"ContainerState"}),
        frozenset({"ComposeGroup"}),
        frozenset({"EnvironmentVar"}),
    ),
    "SigninLogs": (
        frozenset({"AuthenticationRequirement"}),
        frozenset({"ConditionalAccessStatus"}),
    ),
}
"""Columns that together only one table has."""


def distinctive_tables(names: AbstractSet[str]) -> list[InsightsTable]:
    """Return the tables whose distinctive columns are among some; a joined row has those of two."""
    return [
        table
        for table, distinctive in _DISTINCTIVE.items()
        if any(each <= names for each in distinctive)
    ]


def distinctive_columns() -> tuple[str, ...]:
    """Return a few columns, of which each row has one, that identify the table."""
    return tuple(
        dict.fromkeys(min(each) for distinctive in _DISTINCTIVE.values() for each in distinctive)
    )

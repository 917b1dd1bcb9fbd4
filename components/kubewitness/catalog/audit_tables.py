"""The tables in which Azure gives its users the logs, with their columns and types.

Source: Azure docs, "Azure Monitor Logs reference", the pages of AKSAudit, AKSAuditAdmin,
AKSControlPlane, AzureActivity and AzureDiagnostics. A `dynamic` column holds JSON.
"""

from collections.abc import Mapping
from typing import Final

from kubewitness.catalog.columns import Column, columns
from kubewitness.catalog.container_insights import INSIGHTS_COLUMNS

AKS_AUDIT: Final = "AKSAudit"
AKS_AUDIT_ADMIN: Final = "AKSAuditAdmin"
AKS_CONTROL_PLANE: Final = "AKSControlPlane"
AZURE_ACTIVITY: Final = "AzureActivity"
AZURE_DIAGNOSTICS: Final = "AzureDiagnostics"

READ_VERBS: Final = ("get", "list")
"""The events that AKSAuditAdmin does not contain: category `kube-audit-admin` is `kube-audit`
without them."""


_OF_EVERY_TABLE: Final = columns(
    TimeGenerated="datetime",
    _ResourceId="string",
    _SubscriptionId="string",
    TenantId="string",
    SourceSystem="string",
    _BilledSize="real",
    _IsBillable="string",
    Type="string",
)

_AUDIT: Final = columns(
    AuditId="string",
    Stage="string",
    Level="string",
    Verb="string",
    RequestUri="string",
    User="dynamic",
    SourceIps="dynamic",
    UserAgent="string",
    ObjectRef="dynamic",
    ResponseStatus="dynamic",
    RequestObject="dynamic",
    ResponseObject="dynamic",
    Annotations="dynamic",
    RequestReceivedTime="datetime",
    StageReceivedTime="datetime",
    PodName="string",
)

_CONTROL_PLANE: Final = columns(
    Category="string",
    Level="string",
    Message="string",
    PodName="string",
    Stream="string",
)

_ACTIVITY: Final = columns(
    ActivityStatus="string",
    ActivityStatusValue="string",
    ActivitySubstatus="string",
    ActivitySubstatusValue="string",
    Authorization="string",
    Authorization_d="dynamic",
    Caller="string",
    CallerIpAddress="string",
    Category="string",
    CategoryValue="string",
    Claims="string",
    Claims_d="dynamic",
    CorrelationId="string",
    EventDataId="string",
    EventSubmissionTimestamp="datetime",
    Hierarchy="string",
    HTTPRequest="string",
    Level="string",
    OperationId="string",
    OperationName="string",
    OperationNameValue="string",
    Properties="string",
    Properties_d="dynamic",
    Resource="string",
    ResourceGroup="string",
    ResourceId="string",
    ResourceProvider="string",
    ResourceProviderValue="string",
    SubscriptionId="string",
)

_DIAGNOSTICS: Final = columns(
    Category="string",
    Level="string",
    OperationName="string",
    Resource="string",
    ResourceGroup="string",
    ResourceId="string",
    ResourceProvider="string",
    ResourceType="string",
    SubscriptionId="string",
    ccpNamespace_s="string",
    containerID_s="string",
    log_s="string",
    pod_s="string",
    stream_s="string",
)
"""Of the hundreds of columns of AzureDiagnostics those that AKS fills."""

EMPTY_COLUMNS: Final = {
    AZURE_ACTIVITY: {
        "ActivityStatus": "ActivityStatusValue",
        "ActivitySubstatus": "ActivitySubstatusValue",
        "Category": "CategoryValue",
        "OperationName": "OperationNameValue",
        "Resource": "_ResourceId",
        "ResourceId": "_ResourceId",
        "ResourceProvider": "ResourceProviderValue",
    }
}
"""Columns that a table still has and that Azure no longer fills, with the columns that replace
them. Source: Azure docs, "Azure activity log", deprecated columns."""

OF_OURS: Final = columns(
    ImpersonatedUser="dynamic",
    AdditionalFields="dynamic",
    LogFile="string",
    LogOffset="long",
    LogShape="string",
    LogDamage="string",
    IsPartial="bool",
    TruncatedColumns="dynamic",
    IsDryRun="bool",
    Copies="long",
    IsConflicting="bool",
)
"""The columns that the store adds to Azure's.

ImpersonatedUser is the user that a request impersonated, which Azure's tables drop.
AdditionalFields are fields of an event that no column contains. LogFile and LogOffset are the
position of the row's record, in bytes after decompression; LogShape is the adapter that read it;
LogDamage is the damage, null for none.
IsPartial: only what precedes the damage is there. TruncatedColumns lists the columns that are not
whole, or not there, for that reason or because they were too large to be logged; null for none.
Copies counts how often the same event was read. IsConflicting: another row has the same audit id
and stage and other contents.
"""

TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    AKS_AUDIT: (*_OF_EVERY_TABLE, *_AUDIT),
    AKS_AUDIT_ADMIN: (*_OF_EVERY_TABLE, *_AUDIT),
    AKS_CONTROL_PLANE: (*_OF_EVERY_TABLE, *_CONTROL_PLANE),
    AZURE_ACTIVITY: (*_OF_EVERY_TABLE, *_ACTIVITY),
    AZURE_DIAGNOSTICS: (*_OF_EVERY_TABLE, *_DIAGNOSTICS),
    **{name: (*_OF_EVERY_TABLE, *own) for name, own in INSIGHTS_COLUMNS.items()},
}
"""Azure's columns of each table.

AzureDiagnostics has the rows of AKSAudit, AKSAuditAdmin and AKSControlPlane once more, as settings
write them that are not resource-specific.
"""

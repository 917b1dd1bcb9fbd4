"""The model of the arguments of AuditDetections.

Sources, all of the Azure documentation: "Create or edit a log search alert rule"; "Action groups".
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import GetPydanticSchema, ValidationInfo, field_validator
from pydantic_core.core_schema import no_info_after_validator_function

from kubewitness.detections.allow_list import Allowed
from kubewitness.detections.detection import Detection, Severity
from kubewitness.detections.library import all_detections
from kubewitness.detections.parsers import Tables
from kubewitness.provision.arguments.validation import (
    Arguments,
    Given,
    PublishedAs,
    argument,
    hint,
    problem,
    problems,
)
from kubewitness.provision.arguments.values import (
    ActionGroupId,
    Tags,
    Text,
    WorkspaceId,
    repeated,
)
from kubewitness.provision.audit_detections.choice import (
    LONGEST_QUERY,
    Choice,
    Service,
    choose,
    deployed_query,
)
from kubewitness.provision.audit_detections.custom import read_rule_folders
from kubewitness.provision.trail.model import WORKSPACE_ID

Frequency = Literal["5m", "10m", "15m", "30m", "45m", "1h", "2h", "3h", "4h", "5h", "6h", "1d"]

FREQUENCIES: Final[Mapping[Frequency, timedelta]] = {
    "5m": timedelta(minutes=5),
    "10m": timedelta(minutes=10),
    "15m": timedelta(minutes=15),
    "30m": timedelta(minutes=30),
    "45m": timedelta(minutes=45),
    "1h": timedelta(hours=1),
    "2h": timedelta(hours=2),
    "3h": timedelta(hours=3),
    "4h": timedelta(hours=4),
    "5h": timedelta(hours=5),
    "6h": timedelta(hours=6),
    "1d": timedelta(days=1),
}
"""How often Azure Monitor runs a rule that calls functions, and Sentinel runs any."""

BY_DEFAULT: Final[tuple[Severity, ...]] = ("High", "Medium")

BroughtRules = Annotated[
    tuple[Detection, ...],
    GetPydanticSchema(
        lambda _, handler: no_info_after_validator_function(
            read_rule_folders, handler.generate_schema(list[Text])
        )
    ),
    PublishedAs(list[str]),
]
"""Given as folders, and read once: a later validator in the list uses the same rules."""

_NAMES: Final = "give a list of names such as `pod-exec`"


class AuditDetectionsModel(Arguments):
    """The arguments of AuditDetections."""

    workspace_id: Given[WorkspaceId] = argument(fix=WORKSPACE_ID)
    """Resource ID of the Log Analytics workspace that has the logs. If it is in another
    subscription than the provider's, give the component a provider of that subscription. A
    workspace can have one AuditDetections, because the names of functions belong to the
    workspace."""

    sentinel: Literal["existing", "onboard", "none"] = argument(fix="give one of these")
    """Where the rules run:

    - `existing`: in Microsoft Sentinel, which the workspace has.
    - `onboard`: in Microsoft Sentinel, which the workspace gets. From then on Sentinel is billed
      for all that the workspace takes in. It stays when the component goes.
    - `none`: as scheduled query rules of Azure Monitor."""

    tables: Literal["both", "AKSAudit", "AKSAuditAdmin", "AzureDiagnostics"] = argument(
        default="both", fix="give one of these"
    )
    """Which tables the workspace has the audit events in:

    - `both` (default): AKSAudit and AKSAuditAdmin. Right as well where one of them is empty.
    - `AKSAudit`: category `kube-audit`, which holds the writes, too, unless it is filtered.
    - `AKSAuditAdmin`: category `kube-audit-admin`, as by the profiles `archive` and `frugal`.
    - `AzureDiagnostics`: of settings that are not resource-specific."""

    activity_log: Literal["collect", "existing"] = argument(
        default="collect", fix="give one of these"
    )
    """How the subscription's activity log comes into the workspace, which a third of the
    detections read: who changed the cluster or its protection in Azure.

    - `collect` (default): by a diagnostic setting on the workspace's subscription. Azure takes in
      activity logs without charge.
    - `existing`: by a setting elsewhere, as of another subscription, or of Sentinel's connector:
      Azure refuses to send the same category to the same workspace twice."""

    rule_folders: BroughtRules = argument(
        default=(), fix="give a list of folders such as `detections`"
    )
    """Folders with your own rules, in the YAML format of Microsoft Sentinel, which are deployed
    in addition to ours: all in a folder and below, or one file. A relative path begins at the
    program's folder. A rule has the name of its file, or of its folder if the file is
    `rule.yaml`. `severities`, `rules`, `disabled_rules` and `allow_list` also apply to them.
    Default: none. Convert Sigma rules with `kubewitness import-sigma`."""

    severities: list[Severity] | None = argument(
        default=None, min_length=1, fix="give a list of severities such as `High`"
    )
    """Which detections, by severity: `High`, `Medium`, `Low`, `Informational`. Default: `High`
    and `Medium`. Detections that cannot run on these tables or in this service are left out, and
    listed in `left_out`."""

    rules: list[str] | None = argument(
        default=None, min_length=1, validate_default=True, fix=_NAMES
    )
    """Which detections, by name, as in `pod-exec`, instead of by severity. A detection that
    cannot run on these tables or in this service is an error."""

    disabled_rules: list[str] = argument(default_factory=list, fix=_NAMES)
    """Those of them that are there and do not run. Default: none."""

    allow_list: list[Allowed] = argument(
        default_factory=list,
        fix="give objects with `reason`, `expires` and what is allowed, such as "
        "{usernames: [deployer@shop.example]}",
    )
    """The allow-list: findings to exclude. It becomes part of the queries. Default: nothing."""

    frequency: Frequency | None = argument(default=None, fix="give one of these")
    """How often every rule runs: `5m`, `10m`, `15m`, `30m`, `45m`, `1h` to `6h` or `1d`. Default:
    the frequency of each rule. A rule never looks back less far than this."""

    action_group_ids: list[Given[ActionGroupId]] = argument(
        default_factory=list,
        max_length=5,
        fix="give up to five resource ids of action groups, "
        "`/subscriptions/.../providers/Microsoft.Insights/actionGroups/NAME`",
    )
    """Resource IDs of up to five action groups for alerts of Azure Monitor. Sentinel has no
    action groups: use its automation rules. Default: none, and alerts are visible in the portal
    only."""

    location: Given[Text] | None = argument(
        default=None, fix="give an Azure region such as `westeurope`"
    )
    """Azure region of Azure Monitor's rules. Default: that of the workspace's resource group."""

    tags: Tags | None = argument(default=None, fix="give a map from strings to strings")
    """Tags of Azure Monitor's rules. Sentinel's have none."""

    @field_validator("rules")
    @classmethod
    def _one_way_to_choose(cls, names: list[str] | None, info: ValidationInfo) -> Any:
        if names is not None and info.data.get("severities") is not None:
            raise problem("contradicts `severities`; choose by name or by severity")
        return names

    @field_validator("rules")
    @classmethod
    def _rules_that_there_are(
        cls, names: list[str] | None, info: ValidationInfo
    ) -> list[str] | None:
        if "rule_folders" in info.data and (faults := _not_among(names or (), _slugs(info.data))):
            raise problems(*faults)
        return names

    @field_validator("rules")
    @classmethod
    def _rules_that_can_run(cls, names: list[str] | None, info: ValidationInfo) -> Any:
        checked = {**info.data, "rules": names}
        if not _can_choose(checked):
            return names
        choice = _choice(checked)
        if names is not None and choice.left_out:
            raise problems(
                *(
                    (f"[{names.index(slug)}]", f"{reason}; leave it out")
                    for slug, reason in choice.left_out.items()
                )
            )
        if not choice.rules:
            raise problem(
                "or `severities` must choose a detection that can run on these tables; name some, "
                "or give more `severities`"
            )
        wanted = {*choice.left_out, *(rule.slug for rule in choice.rules)}
        if (brought := checked["rule_folders"]) and wanted.isdisjoint(r.slug for r in brought):
            raise problem(
                "or `severities` must choose a rule of `rule_folders`; name some, or give more "
                "`severities`, or leave `rule_folders` out"
            )
        return names

    @field_validator("disabled_rules")
    @classmethod
    def _disabled_are_chosen(cls, names: list[str], info: ValidationInfo) -> list[str]:
        if not _can_choose(info.data):
            return names
        chosen = [rule.slug for rule in _choice(info.data).rules]
        if faults := _not_among(names, chosen):
            raise problems(*faults)
        return names

    @field_validator("allow_list")
    @classmethod
    def _allowed_for_rules_that_there_are(
        cls, allowed: list[Allowed], info: ValidationInfo
    ) -> list[Allowed]:
        if "rule_folders" not in info.data:
            return allowed
        known = _slugs(info.data)
        faults = [
            (f"[{i}].rules{path}", reason)
            for i, entry in enumerate(allowed)
            for path, reason in _not_among(entry.rules, known)
        ]
        if faults:
            raise problems(*faults)
        return allowed

    @field_validator("allow_list")
    @classmethod
    def _queries_are_short_enough(cls, allowed: list[Allowed], info: ValidationInfo) -> Any:
        if not _can_choose(info.data):
            return allowed
        service = _service(info.data["sentinel"])
        most = LONGEST_QUERY[service]
        lengths = {r.slug: len(deployed_query(r, allowed)) for r in _choice(info.data).rules}
        longest = max(lengths, key=lengths.__getitem__)
        if lengths[longest] > most:
            raise problem(
                f"makes queries too long: that of `{longest}` has {lengths[longest]:,} characters, "
                f"and {service} takes {most:,}; use `*`, or give entries `rules`, so that they go "
                "into these only"
            )
        return allowed

    @field_validator("action_group_ids")
    @classmethod
    def _only_azure_monitor_has_them(cls, groups: list[Any], info: ValidationInfo) -> list[Any]:
        if groups and info.data.get("sentinel") in ("existing", "onboard"):
            raise problem(
                "is for `sentinel: none`; leave it out and let an automation rule of Sentinel act"
            )
        return groups

    @property
    def service(self) -> Service:
        """The service that runs the rules."""
        return _service(self.sentinel)

    @property
    def choice(self) -> Choice:
        """The detections that run, and those that cannot."""
        return _choice(dict(self))


def _can_choose(checked: Mapping[str, Any]) -> bool:
    """Whether all is right that decides which detections run."""
    return checked.keys() >= {"sentinel", "tables", "rule_folders", "severities", "rules"}


def _known(checked: Mapping[str, Any]) -> tuple[Detection, ...]:
    return (*all_detections(), *checked["rule_folders"])


def _slugs(checked: Mapping[str, Any]) -> list[str]:
    return [rule.slug for rule in _known(checked)]


def _service(sentinel: str) -> Service:
    return Service.MONITOR if sentinel == "none" else Service.SENTINEL


def _choice(checked: Mapping[str, Any]) -> Choice:
    return choose(
        _known(checked),
        checked["rules"],
        checked["severities"] or BY_DEFAULT,
        Tables(checked["tables"]),
        _service(checked["sentinel"]),
    )


def _not_among(names: Sequence[str], known: Sequence[str]) -> list[tuple[str, str]]:
    """Return what is wrong with names of detections: each path below, and the reason."""
    strange = [
        (f"[{i}]", f"is not an existing or chosen detection{hint(name, known)}")
        for i, name in enumerate(names)
        if name not in known
    ]
    return [*strange, *repeated(names)]

"""The component that alerts on the audit logs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Optional, Unpack, overload

import pulumi
from pulumi_azure_native import monitor, operationalinsights, securityinsights

from kubewitness.catalog.audit_tables import AKS_AUDIT, AKS_AUDIT_ADMIN, AKS_CONTROL_PLANE
from kubewitness.catalog.log_categories import ACTIVITY_CATEGORIES
from kubewitness.detections.custom.warnings import query_warnings
from kubewitness.detections.detection import Detection
from kubewitness.detections.parsers import PARSERS, SOURCE, Tables, names_in, parser, source
from kubewitness.provision.arguments.call_site import call_site
from kubewitness.provision.arguments.documentation import describe_arguments
from kubewitness.provision.arguments.reporting import checked_arguments, leave_unknown
from kubewitness.provision.arguments.validation import (
    NOT_GIVEN,
    InvalidArguments,
    Problem,
    given_arguments,
)
from kubewitness.provision.audit_detections.alert_rules import monitor_rule, sentinel_rule
from kubewitness.provision.audit_detections.choice import Choice, Service, deployed_query
from kubewitness.provision.audit_detections.generated import AuditDetectionsArgs
from kubewitness.provision.audit_detections.model import FREQUENCIES, AuditDetectionsModel
from kubewitness.provision.trail.workspace import workspace_name

_WITH_PLANS: Final = (AKS_AUDIT, AKS_AUDIT_ADMIN, AKS_CONTROL_PLANE)
"""The tables that can be on another plan than Analytics."""


class AuditDetections(pulumi.ComponentResource):
    """Detections over the audit logs of a workspace, which Azure runs and alerts on.

    It creates the functions that they read, such as KubeAudit, in the workspace, for the tables
    that the workspace has. The rules run in Microsoft Sentinel or, without it, in Azure Monitor.
    They are the same that `kubewitness hunt` runs locally. Custom rules come from folders. A
    changed rule is updated in place.
    """

    rule_ids: pulumi.Output[dict[str, str]]
    """Resource ids of the alert rules, by the detection's name."""

    left_out: pulumi.Output[dict[str, str]]
    """Detections that were chosen by severity and cannot run, by name, each with the reason."""

    @overload
    def __init__(
        self,
        name: str,
        args: AuditDetectionsArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        name: str,
        *,
        opts: Optional[pulumi.ResourceOptions] = None,
        **arguments: Unpack[AuditDetectionsArgs],
    ) -> None: ...

    def __init__(
        self,
        name: str,
        # Pulumi's analyzer reads this annotation and takes no Optional.
        args: AuditDetectionsArgs = NOT_GIVEN,
        opts: Optional[pulumi.ResourceOptions] = None,
        **arguments: Any,
    ) -> None:
        """Create functions and rules.

        Args:
            name: of the component; the names of all that it creates begin with it.
            args: its arguments, as a dictionary instead of as keyword arguments.
            opts: as for every Pulumi component.
            arguments: its arguments, as keyword arguments.

        Raises:
            InvalidArguments: with everything that is wrong with the arguments; and, when the
                workspace is known, a table is on a plan on which no alert rule runs.
        """
        self._title = f'AuditDetections "{name}"'
        given = given_arguments(self._title, args, arguments)
        checked = checked_arguments(AuditDetectionsModel, self._title, given)
        inputs = _plain(given, checked) if checked else {}
        super().__init__("kubewitness:index:AuditDetections", name, inputs, opts)
        if checked is None:
            leave_unknown(self)
            return

        if checked.activity_log == "collect":
            self._collect_activity_log(name, checked)
        choice = checked.choice
        self._tell(checked, choice)
        place = self._place(checked, choice)
        ready = self._ready(name, checked, place)
        rules = {rule.slug: self._rule(name, checked, place, rule, ready) for rule in choice.rules}

        self.rule_ids = pulumi.Output.all(**{slug: rule.id for slug, rule in rules.items()})
        self.left_out = pulumi.Output.from_input({**choice.left_out})
        self.register_outputs({"ruleIds": self.rule_ids, "leftOut": self.left_out})

    def _tell(self, checked: AuditDetectionsModel, choice: Choice) -> None:
        for slug, reason in choice.left_out.items():
            pulumi.log.warn(f"{self._title} leaves `{slug}` out: it {reason}", self)
        for rule in choice.rules:
            for warning in query_warnings(rule) if rule in checked.rule_folders else ():
                pulumi.log.warn(f"{self._title} cannot check `{rule.slug}`: {warning}", self)
        today = datetime.now(UTC).date()
        for i, entry in enumerate(checked.allow_list):
            if entry.expires < today:
                pulumi.log.warn(
                    f"{self._title}: allow_list[{i}] expired on {entry.expires} and allows nothing",
                    self,
                )

    def _collect_activity_log(self, name: str, checked: AuditDetectionsModel) -> None:
        """Source: Azure docs, "Diagnostic settings in Azure Monitor", activity log."""
        parts = pulumi.Output.from_input(checked.workspace_id).apply(lambda known: known.split("/"))
        monitor.DiagnosticSetting(
            f"{name}-activity-log",
            resource_uri=parts.apply(lambda known: f"/subscriptions/{known[2]}"),
            workspace_id=checked.workspace_id,
            logs=[{"category": category, "enabled": True} for category in ACTIVITY_CATEGORIES],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _place(self, checked: AuditDetectionsModel, choice: Choice) -> dict[str, Any]:
        """Return where the workspace is, known only when its tables can be alerted on."""
        queries = [source(Tables(checked.tables)), *(rule.query for rule in choice.rules)]
        parts = pulumi.Output.from_input(checked.workspace_id).apply(lambda known: known.split("/"))
        place = {
            "resource_group_name": parts.apply(lambda known: str(known[4])),
            "workspace_name": parts.apply(lambda known: str(known[8])),
        }
        plans: dict[str, Any] = {
            table: operationalinsights.get_table_output(
                **place, table_name=table, opts=pulumi.InvokeOutputOptions(parent=self)
            ).plan
            for table in names_in("\n".join(queries), _WITH_PLANS)
        }
        can_alert = pulumi.Output.from_input(plans).apply(
            partial(check_plans, self._title, call_site())
        )
        return {
            key: pulumi.Output.all(can_alert, value).apply(lambda known: str(known[1]))
            for key, value in place.items()
        }

    def _ready(
        self, name: str, checked: AuditDetectionsModel, place: Mapping[str, Any]
    ) -> list[pulumi.Resource]:
        """Return what must be there before a rule can be: Sentinel and the functions."""
        ready: list[pulumi.Resource] = []
        if checked.sentinel == "onboard":
            ready.append(
                securityinsights.SentinelOnboardingState(
                    f"{name}-sentinel",
                    **place,
                    sentinel_onboarding_state_name="default",
                    # Others may use it by then, and its incidents would go with it.
                    opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
                )
            )
        bodies = {SOURCE: source(Tables(checked.tables))} | {each: parser(each) for each in PARSERS}
        for alias, body in bodies.items():
            # Each reads those before it.
            ready.append(self._function(name, place, alias, body, list(ready)))
        return ready

    def _function(
        self,
        name: str,
        place: Mapping[str, Any],
        alias: str,
        body: str,
        after: list[pulumi.Resource],
    ) -> pulumi.Resource:
        return operationalinsights.SavedSearch(
            f"{name}-{alias}",
            **place,
            saved_search_id=alias,
            category="kubewitness",
            display_name=alias,
            function_alias=alias,
            query=body,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=after,
                # Azure refuses to update a saved search without its `etag`, which azure-native
                # does not send. Two of them cannot have the same alias.
                replace_on_changes=["query"],
                delete_before_replace=True,
            ),
        )

    def _rule(
        self,
        name: str,
        checked: AuditDetectionsModel,
        place: Mapping[str, Any],
        rule: Detection,
        ready: list[pulumi.Resource],
    ) -> pulumi.CustomResource:
        query = deployed_query(rule, checked.allow_list)
        every = FREQUENCIES[checked.frequency] if checked.frequency else None
        enabled = rule.enabled is not False and rule.slug not in checked.disabled_rules
        options = pulumi.ResourceOptions(parent=self, depends_on=ready)
        if checked.service is Service.SENTINEL:
            return securityinsights.ScheduledAlertRule(
                f"{name}-{rule.slug}",
                **place,
                **sentinel_rule(rule, query, every),
                enabled=enabled,
                opts=options,
            )
        return monitor.ScheduledQueryRule(
            f"{name}-{rule.slug}",
            **monitor_rule(rule, query, every),
            resource_group_name=place["resource_group_name"],
            rule_name=f"{workspace_name(name)}-{rule.slug}",
            scopes=[checked.workspace_id],
            actions={"action_groups": checked.action_group_ids},
            enabled=enabled,
            location=checked.location,
            tags=checked.tags,
            opts=options,
        )


def check_plans(component: str, where: str, plans: Mapping[str, str | None]) -> bool:
    """Return true if alert rules can query these tables.

    Source: Azure docs, "Query data in a Basic and Auxiliary table".

    Args:
        component: how the message calls the component.
        where: the line of the program.
        plans: of each table; None if the workspace does not report them.

    Raises:
        InvalidArguments: with each table on another plan than Analytics.
    """
    found = tuple(
        Problem(
            "tables",
            f"`{table}` is on the plan {plan}, on which no query of a detection can run; set its "
            "plan to Analytics, or choose tables and rules that do without it",
        )
        for table, plan in plans.items()
        if plan not in (None, "Analytics")
    )
    if found:
        raise InvalidArguments(component, found, where)
    return True


def _plain(given: Mapping[str, Any], checked: AuditDetectionsModel) -> dict[str, Any]:
    """Return the arguments as the engine accepts them: it has no dates, which YAML makes."""
    entries = [entry.model_dump(mode="json", exclude_defaults=True) for entry in checked.allow_list]
    return {**given, **({"allow_list": entries} if entries else {})}


describe_arguments(AuditDetections, AuditDetectionsModel)

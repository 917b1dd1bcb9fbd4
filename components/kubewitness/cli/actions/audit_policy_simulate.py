"""Run `kubewitness audit-policy simulate`."""

from pathlib import Path

from kubewitness.audit_policy.file import read_policy
from kubewitness.audit_policy.reachability import ApiObject, Request
from kubewitness.cli.output import write_text
from kubewitness.detections.coverage.audit_policy import simulate
from kubewitness.detections.library import find_detections
from kubewitness.errors import ExitCode, InputError
from kubewitness.reports.audit_policy import (
    detections_document,
    detections_text,
    request_document,
    request_text,
)


def run(
    *,
    policy: Path,
    verb: str | None,
    resource: str | None,
    api_group: str,
    namespace: str,
    object_name: str,
    path: str | None,
    user: str,
    groups: tuple[str, ...],
    names: tuple[str, ...],
    format_: str,
    output: Path | None,
) -> int:
    """Write at which level a request is logged, or what detections find."""
    if verb is None and (resource or path or user or groups):
        raise InputError("--verb is missing; a request has a verb, as `--verb get`")
    if verb is not None and (resource is None) == (path is None):
        raise InputError("give either --resource or --path with --verb")
    read = read_policy(policy)
    if verb is None:
        found = simulate(read, find_detections(names))
        text = detections_document(found) if format_ == "json" else detections_text(found)
    else:
        main, _, below = (resource or "").partition("/")
        target = path or ApiObject(api_group, main, below, object_name)
        request = Request(verb, user, groups, target, namespace)
        rule = read.deciding(request.event())
        place = read.at(rule)
        made = request_document if format_ == "json" else request_text
        text = made(request, rule, place)
    write_text(text, output)
    return ExitCode.OK

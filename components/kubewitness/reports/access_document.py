"""Which permissions subjects used, as a versioned JSON document."""

from dataclasses import asdict
from typing import Any, Final

from kubewitness.investigate.access.azure_role import role_definition
from kubewitness.investigate.access.permissions import Use
from kubewitness.investigate.access.roles import role_objects
from kubewitness.investigate.access_report import AccessReport, SubjectAccess
from kubewitness.reports.access import notes, period_annotation
from kubewitness.reports.access_claims import changes_document, comparison_document
from kubewitness.reports.json_text import json_text
from kubewitness.reports.log_contents import log_document
from kubewitness.reports.times import utc

VERSION: Final = 1


def access_document(report: AccessReport) -> str:
    """Return the access of each subject as a versioned document."""
    return json_text(
        {
            "version": VERSION,
            "period": _period(report),
            "log": log_document(report.log),
            "undecided": report.used.undecided,
            "unreadable": report.used.unreadable,
            "notes": list(notes(report)),
            "granted": report.comparison and comparison_document(report.comparison),
            "changes": report.changes and changes_document(report.changes),
            "subjects": [_subject_document(one, report) for one in report.subjects],
        }
    )


def _period(report: AccessReport) -> dict[str, str | None] | None:
    return report.period and {"from": utc(report.period[0]), "to": utc(report.period[1])}


def _subject_document(one: SubjectAccess, report: AccessReport) -> dict[str, Any]:
    return {
        "cluster": one.subject.cluster,
        "user": one.subject.user,
        "name": one.name,
        "permissions": [_use_document(use) for use in one.uses],
        "kubernetes": {
            "objects": list(role_objects(one.subject, one.kubernetes, period_annotation(report))),
            "generalisations": [asdict(each) for each in one.kubernetes.generalisations],
            "not_granted": [each._asdict() for each in one.kubernetes.not_granted],
        },
        "azure": {
            "roles": [
                {
                    "role_definition": role_definition(one.subject, role),
                    "scope": role.scope,
                    "condition": role.condition or None,
                    "also_grants": list(role.also_grants),
                }
                for role in one.azure.roles
            ],
            "not_granted": [each._asdict() for each in one.azure.not_granted],
        },
    }


def _use_document(use: Use) -> dict[str, Any]:
    return {
        **use.permission._asdict(),
        "authorizer": use.authorizer,
        "requests": use.requests,
        "first": utc(use.first),
        "last": utc(use.last),
        "is_generated": use.is_generated,
    }

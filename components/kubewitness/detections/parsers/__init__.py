"""The functions that detections read, in KQL: one text for every engine.

They work like Sentinel's ASIM parsers: they are deployed with the detections and adapt to the
tables that a workspace has. A detection names `KubeAudit` and never a table, so a write that is in
two tables is counted once.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

KUBE_AUDIT: Final = "KubeAudit"
KUBE_AUDIT_POD_SPECS: Final = "KubeAuditPodSpecs"
KUBE_AUDIT_CONTAINERS: Final = "KubeAuditContainers"
KUBE_AUDIT_COMMANDS: Final = "KubeAuditCommands"
KUBE_AUDIT_RBAC: Final = "KubeAuditRbac"

PARSERS: Final = (
    KUBE_AUDIT,
    KUBE_AUDIT_COMMANDS,
    KUBE_AUDIT_RBAC,
    KUBE_AUDIT_POD_SPECS,
    KUBE_AUDIT_CONTAINERS,
)
"""All of them; each reads only those before it."""

SOURCE: Final = "KubeAuditSource"
"""The source of KubeAudit: the events, each once for every stage, with Azure's columns."""


class Tables(StrEnum):
    """Which tables a workspace has the audit events in."""

    BOTH = "both"
    AUDIT = "AKSAudit"
    ADMIN = "AKSAuditAdmin"
    DIAGNOSTICS = "AzureDiagnostics"


@cache
def parser(name: str) -> str:
    """Return the body of a parser: KQL without comments.

    Args:
        name: one of `PARSERS`.
    """
    return _read(name)


@cache
def source(tables: Tables) -> str:
    """Return what `KubeAuditSource` is in a workspace: KQL without comments."""
    return f"{_read(f'{SOURCE}-{tables}')}\n{_read(f'{SOURCE}-truncated')}"


def used_parsers(text: str) -> tuple[str, ...]:
    """Return the parsers that a query needs, in the order in which they read each other."""
    needed: list[str] = []
    for name in reversed(PARSERS):
        texts = [text, *map(parser, needed)]
        if names_in("\n".join(texts), [name]):
            needed.append(name)
    return tuple(reversed(needed))


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """Return which of these names a text in KQL has, in their order."""
    return [name for name in names if re.search(rf"\b{name}\b", text)]


def definitions(text: str, tables: Tables, conditions: Mapping[str, str] | None = None) -> str:
    """Return the `let` statements without which a query cannot run in a workspace.

    Each name is declared once, for Kusto refuses a second `let` of the same name (KS201).

    Args:
        conditions: in KQL, by parser or table: what its rows are to satisfy.
    """
    used = used_parsers(text)
    bodies = {SOURCE: source(tables), **{name: parser(name) for name in used}} if used else {}
    conditions = conditions or {}
    whole = "\n".join([text, *bodies.values()])
    read = names_in(whole, [name for name in conditions if name not in PARSERS])
    return "".join(
        _let(name, body, conditions.get(name, ""))
        for name, body in {**{name: name for name in read}, **bodies}.items()
    )


def _let(name: str, body: str, condition: str) -> str:
    held = f"\n| where {condition}" if condition else ""
    return f"let {name} = {body}{held};\n"


def _read(name: str) -> str:
    text = (files(__name__) / f"{name}.kql").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("//")).strip()

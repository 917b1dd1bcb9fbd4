"""Reads the files of `--granted`, which are recognised by what they contain."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from kubewitness.documents.reader import read_documents
from kubewitness.errors import InputError
from kubewitness.investigate.granted.azure_rbac import (
    is_assignment,
    is_definition,
    role_assignments,
)
from kubewitness.investigate.granted.grant import Granted
from kubewitness.investigate.granted.kubernetes_rbac import KINDS, granted_rules

_FORM: Final = (
    "use the output of `kubectl get roles,clusterroles,rolebindings,clusterrolebindings -A "
    "-o yaml`, `az role assignment list --all -o json` or `az role definition list -o json`"
)


def read_granted(paths: Iterable[Path]) -> Granted:
    """Return what files grant.

    Raises:
        InputError: one cannot be read, or has something else.
    """
    entries = [(path, each) for path in paths for each in _entries(path)]
    if faults := [_fault(path, each) for path, each in entries if not _is_known(each)]:
        raise InputError(*dict.fromkeys(faults))
    every = [each for _, each in entries]
    rbac = [each for each in every if _is_rbac(each)]
    rules, missing = granted_rules(rbac)
    definitions = [each for each in every if is_definition(each)]
    assignments = role_assignments([each for each in every if is_assignment(each)], definitions)
    return Granted(
        tuple(dict.fromkeys(rules)),
        tuple(sorted(set(assignments), key=repr)),
        tuple(missing),
        bool(rbac),
    )


def _entries(path: Path) -> Iterator[Any]:
    found = False
    for document in read_documents(path):
        if isinstance(document, list):
            entries = document
        elif isinstance(document, dict) and isinstance(document.get("items"), list):
            entries = document["items"]
        else:
            entries = [] if document is None else [document]
        found = found or isinstance(document, list) or bool(entries)
        yield from entries
    if not found:
        raise InputError(f"{path}: has no roles and no role assignments; {_FORM}")


def _is_known(entry: Any) -> bool:
    return _is_rbac(entry) or is_assignment(entry) or is_definition(entry)


def _is_rbac(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and entry.get("kind") in KINDS
        and isinstance(entry.get("metadata"), dict)
    )


def _fault(path: Path, entry: Any) -> str:
    kind = entry.get("kind") if isinstance(entry, Mapping) else None
    what = f"a `{kind}`" if kind else "something else"
    return f"{path}: has {what}, which grants nothing; {_FORM}"

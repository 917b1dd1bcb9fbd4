"""Resources from the state of a stack, as `pulumi stack export` writes it.

Everything is known there but secrets, which stay encrypted and are unknown here. The inputs are
what the program asked for; of the outputs only what Azure alone decides is of use.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from kubewitness.catalog.property_values import REDACTED, SECRET, SIGNATURE
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.documents.limits import refuse_depth
from kubewitness.documents.reader import read_json
from kubewitness.errors import InputError
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Origin, Resource
from kubewitness.graph.stack import Stack
from kubewitness.graph.values import ABSENT, Unknown
from kubewitness.hidden_secrets import HiddenSecrets
from kubewitness.printable import printable
from kubewitness.sources.drift import without_drift
from kubewitness.sources.loaded import Loaded
from kubewitness.sources.pending import hidden, operations
from kubewitness.sources.state_positions import with_program_positions

SOURCE: Final = "FILE"
"""How a user names an exported state."""

_A_STATE: Final = (
    "a file must be the exported state of a stack, which `pulumi stack export --file state.json` "
    "writes; of a program name its folder"
)
_URN: Final = re.compile(r"urn:pulumi:[^:]+::[^:]+::.+?::")
_ENCRYPTED: Final = Unknown(
    "it is encrypted in the state", "export the state with `--show-secrets`"
)


def load_state(path: Path) -> Loaded:
    """Read an exported state.

    Raises:
        InputError: the file cannot be read, or is not a state.
    """
    document = read_json(path, _A_STATE).data
    inner = _deployment(document)
    listed = inner.get("resources") or [] if inner is not None else None
    if inner is None or not isinstance(listed, list):
        raise InputError(f"{path}: is not an exported state: {_A_STATE}")
    pending = list(operations(inner))
    listed = [*listed, *_begun(pending, listed)]
    faults = [
        f"{path}: resource {i}: {fault}" for i, item in enumerate(listed) for fault in _faults(item)
    ]
    if faults:
        raise InputError(*faults)
    under = {str(item["urn"]): doing for doing, item in pending}
    found = tuple(_resources(listed, under))
    _, stack, project = ["", "", *_names(listed)][-3:]
    resources, file = with_program_positions(path, project, listed, found)
    secrets = HiddenSecrets(_secrets(listed))
    return Loaded(str(path), Stack(project, stack), resources, secrets=secrets, project_file=file)


def _begun(pending: Iterable[tuple[str, Any]], listed: Iterable[Any]) -> list[Any]:
    """Return what an interrupted deployment may have created, and the state does not have yet."""
    there = {str(item.get("urn")) for item in listed if isinstance(item, Mapping)}
    return [
        item
        for _, item in pending
        if not isinstance(item, Mapping) or str(item.get("urn")) not in there
    ]


def _deployment(document: Any) -> Mapping[str, Any] | None:
    """Return the content of an export, or of a checkpoint in a backend."""
    for path in (("deployment",), ("checkpoint", "latest")):
        inner = document
        for name in path:
            inner = inner.get(name) if isinstance(inner, Mapping) else None
        if isinstance(inner, Mapping):
            return inner
    return None


def _names(listed: list[Any]) -> list[str]:
    """Return stack and project, from the URN of any resource."""
    for item in listed:
        head, _, rest = item["urn"].partition("::")
        return [head.rpartition(":")[2], rest.partition("::")[0]]
    return ["", ""]


_FORMS: Final = {
    "custom": (bool, "not true or false"),
    "delete": (bool, "not true or false"),
    "external": (bool, "not true or false"),
    "pendingReplacement": (bool, "not true or false"),
    "protect": (bool, "not true or false"),
    "parent": (str, "not text"),
    "provider": (str, "not text"),
    "inputs": (Mapping, "not an object"),
    "outputs": (Mapping, "not an object"),
    "propertyDependencies": (Mapping, "not an object"),
}
"""Optional fields: the type of each, and the error message for anything else."""


def _faults(item: Any) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield "is not an object"
        return
    for name in ("urn", "type"):
        if not isinstance(item.get(name), str):
            yield f"has no `{name}`"
        elif name == "urn" and not _URN.match(item["urn"]):
            yield "its `urn` is not a URN, as `urn:pulumi:STACK::PROJECT::TYPE::NAME`"
    for name, (form, what) in _FORMS.items():
        if item.get(name) is not None and not isinstance(item[name], form):
            yield f"its `{name}` is {what}"
    dependencies = item.get("propertyDependencies")
    for name, urns in dependencies.items() if isinstance(dependencies, Mapping) else ():
        if not isinstance(urns or [], list) or not all(isinstance(u, str) for u in urns or ()):
            yield f"its `propertyDependencies`: `{printable(name)}` is not a list of URNs"


def _resources(listed: list[Any], pending: Mapping[str, str]) -> Iterator[Resource]:
    live = {item["urn"] for item in listed if not item.get("delete")}
    for item in listed:
        is_cluster = kind_of(item["type"]) is ResourceKind.CLUSTER
        if item.get("delete") and (not is_cluster or item["urn"] in live):
            continue  # replaced already, and waiting to be deleted; a cluster is there until then
        if item.get("pendingReplacement") and not is_cluster:
            continue  # deleted already, and not made again yet; a cluster is judged all the same
        inputs, outputs = _plain(item.get("inputs") or {}), _plain(item.get("outputs") or {})
        is_read = bool(item.get("external"))
        identifier = item.get("id")
        dependencies = item.get("propertyDependencies") or {}
        yield Resource(
            urn=item["urn"],
            type=item["type"],
            name=item["urn"].rpartition("::")[2],
            properties=outputs if is_read else _asked(item, inputs, outputs, pending),
            id=identifier if isinstance(identifier, str) and identifier else ABSENT,
            property_dependencies={name: tuple(urns or ()) for name, urns in dependencies.items()},
            parent=item.get("parent") or "",
            origin=Origin.READ if is_read else Origin.MANAGED,
            custom=item.get("custom") is not False,
            provider=str(item.get("provider") or "").rpartition("::")[0],
            options={"protect": bool(item.get("protect"))},
            outputs=outputs,
        )


def _asked(
    item: Mapping[str, Any],
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    pending: Mapping[str, str],
) -> Mapping[str, Any]:
    """Return the inputs, except where Azure has something else."""
    if item["urn"] in pending:
        return hidden(inputs, pending[item["urn"]])
    if kind_of(item["type"]) is None:
        return inputs
    known: Mapping[str, Any] = without_drift(inputs, outputs)
    return known


def _plain(value: Any) -> Any:
    """Return plain JSON, with unknown in place of what is encrypted."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return _decrypted(value)
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return _ENCRYPTED if value == REDACTED else value


def _decrypted(secret: Mapping[str, Any]) -> Any:
    """Read a secret that was exported with `--show-secrets`, as JSON within a string."""
    try:
        plaintext = json.loads(secret["plaintext"])
        refuse_depth(plaintext)
        return _plain(plaintext)
    except (KeyError, TypeError, ValueError, RecursionError):
        return _ENCRYPTED


def _secrets(value: Any, *, marked: bool = False) -> Iterator[str]:
    """Yield the texts and numbers within secrets that were exported in clear."""
    if isinstance(value, Mapping) and value.get(SIGNATURE) == SECRET:
        yield from _secrets(_decrypted(value), marked=True)
    elif isinstance(value, Mapping | list):
        inner = value.values() if isinstance(value, Mapping) else value
        for item in inner:
            yield from _secrets(item, marked=marked)
    elif marked and isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)

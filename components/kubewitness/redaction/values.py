"""Values of objects: numbers and the fields that name things are shown, other texts are not.

A secret can be in any text of an object: an annotation, an environment variable, the data of a
ConfigMap, a field of a custom resource.
"""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any, Final

from kubewitness.redaction.commands import redact_command
from kubewitness.redaction.text import redact_text
from kubewitness.redaction.words import REDACTED, is_amount, is_sensitive_name, looks_random

_HIDDEN_BELOW: Final = frozenset(
    {"annotations", "data", "stringData", "binaryData", "managedFields"}
)
"""Fields that hold texts of any kind."""

_COMMANDS: Final = frozenset({"args", "command"})

_NAMING: Final = frozenset(
    [
        "accessModes",
        "add",
        "apiGroup",
        "apiGroups",
        "apiVersion",
        "clusterIP",
        "container",
        "containers",
        "driver",
        "drop",
        "effect",
        "fsType",
        "generateName",
        "group",
        "groups",
        "host",
        "hostIP",
        "hostname",
        "image",
        "imageID",
        "key",
        "kind",
        "labels",
        "level",
        "limits",
        "matchLabels",
        "mode",
        "mountPath",
        "name",
        "names",
        "namespace",
        "namespaces",
        "node",
        "nonResourceURLs",
        "op",
        "operation",
        "operator",
        "path",
        "paths",
        "phase",
        "podIP",
        "protocol",
        "provisioner",
        "reason",
        "requests",
        "resource",
        "resourceNames",
        "resources",
        "schedule",
        "serviceAccount",
        "status",
        "subPath",
        "subresource",
        "targetPort",
        "type",
        "uid",
        "user",
        "username",
        "verb",
        "verbs",
    ]
)
_NAMING_ENDS: Final = ("Name", "Policy", "Kind")
"""Fields whose texts name something: they are shown unless they look generated."""

_MESSAGES: Final = frozenset({"message", "description"})

_NAME: Final = re.compile(r"[A-Za-z0-9*][A-Za-z0-9._:/@*-]{0,252}|/[A-Za-z0-9._/-]*")

_SHOWN_ANNOTATIONS: Final = frozenset(
    {
        "deployment.kubernetes.io/revision",
        "kubectl.kubernetes.io/restartedAt",
        "meta.helm.sh/release-name",
        "meta.helm.sh/release-namespace",
        "kubernetes.io/service-account.name",
    }
)


def redact_value(path: Sequence[str], value: Any, known: Collection[str] = ()) -> Any:
    """Return the value of a field of an object without what may be a secret.

    Args:
        path: the names of the fields that lead to it, without the positions in lists.
        known: names that are shown next to it, so it may contain them.
    """
    if isinstance(value, dict):
        return {
            redact_key(name): redact_value((*path, name), each, known)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return _list(path, value, known)
    if isinstance(value, bool) or value is None:
        return value
    if _is_hidden(path):
        return REDACTED
    return _text(path, value, known) if isinstance(value, str) else value


def redact_key(name: str) -> str:
    """Return the name of a field; a key that is generated can be a secret itself."""
    return name if not looks_random(name.rpartition("/")[2]) else REDACTED


def redact_json(text: str, known: Collection[str] = ()) -> str:
    """Return the JSON of an object without what may be a secret; any other text as texts are."""
    try:
        value = json.loads(text)
    except ValueError:
        return redact_text(text, known)
    return json.dumps(redact_value((), value, known), ensure_ascii=False, separators=(",", ":"))


def _list(path: Sequence[str], values: list[Any], known: Collection[str]) -> Any:
    is_command = path and path[-1] in _COMMANDS and all(isinstance(each, str) for each in values)
    if is_command and not _is_hidden(path):
        return [redact_command(" ".join(values), known)]
    return [redact_value(path, each, known) for each in values]


def _is_hidden(path: Sequence[str]) -> bool:
    if path and path[-1] in _SHOWN_ANNOTATIONS:
        return False
    if any(name in _HIDDEN_BELOW for name in path):
        return True
    return bool(path) and not _is_naming(path[-1]) and is_sensitive_name(path[-1])


def _text(path: Sequence[str], value: str, known: Collection[str]) -> str:
    if not value or value in known or is_amount(value):
        return value
    if path and path[-1] in _MESSAGES:
        return redact_text(value, known)
    if not any(map(_is_naming, path[-2:])) or looks_random(value):
        return REDACTED
    return value if _NAME.fullmatch(value) else REDACTED


def _is_naming(field: str) -> bool:
    return field in _NAMING or field.endswith(_NAMING_ENDS)

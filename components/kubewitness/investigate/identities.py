"""Names of the identities whose object IDs are in logs, from a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kubewitness.azure.resource_ids import fold
from kubewitness.documents.reader import Location, read_yaml
from kubewitness.errors import InputError

_LIST: Final = "value"
"""The key of the list in an answer of Microsoft Graph."""

_IDS: Final = ("id", "objectId", "appId", "clientId", "principalId")
_NAMES: Final = ("userPrincipalName", "displayName", "name", "appDisplayName")

_FORM: Final = (
    "write `OBJECT-ID: NAME` lines, or use the output of `az ad user list`, `az ad group list`, "
    "`az ad sp list` or `az identity list`"
)


class Identities:
    """Names by object ID or user name, without regard to case.

    Args:
        names: by ID.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = {fold(identifier): name for identifier, name in names.items()}

    def name(self, identifier: str) -> str | None:
        """Return the name of an identity, or None if the file does not have it."""
        return self._names.get(fold(identifier))

    def ids(self, name: str) -> frozenset[str]:
        """Return the IDs of a name, folded."""
        return frozenset(each for each, own in self._names.items() if fold(own) == fold(name))


NO_IDENTITIES: Final = Identities({})


def read_identities(path: Path) -> Identities:
    """Return the names in a file of YAML or JSON.

    Raises:
        InputError: the file cannot be read, or an entry has no ID or no name.
    """
    file = read_yaml(path)
    is_answer = isinstance(file.data, dict) and isinstance(file.data.get(_LIST), list)
    at: Location = (_LIST,) if is_answer else ()
    data = file.data[_LIST] if is_answer else file.data
    if not isinstance(data, dict | list):
        raise InputError(f"{path}: has no identities; {_FORM}")
    faults: list[str] = []
    names: dict[str, str] = {}
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        ids, name = ([str(key)], value) if isinstance(data, dict) else _ids_and_name(value)
        if ids and isinstance(name, str) and name:
            names |= dict.fromkeys(ids, name)
        else:
            faults.append(f"{file.at((*at, key))}: this entry has no ID or no name; {_FORM}")
    if faults:
        raise InputError(*faults)
    return Identities(names)


def _ids_and_name(entry: Any) -> tuple[list[str], Any]:
    """Return the IDs and the name of an object of Entra ID."""
    fields = entry if isinstance(entry, dict) else {}
    ids = [fields[key] for key in _IDS if isinstance(fields.get(key), str) and fields[key]]
    return ids, next((fields[key] for key in _NAMES if fields.get(key)), None)

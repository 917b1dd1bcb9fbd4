"""Arguments of saved queries: whom and what they are restricted to.

An argument becomes a condition on the source of the query. Queries therefore have no placeholders,
and run in Azure unchanged.
"""

from collections.abc import Callable, Mapping
from typing import Final

from kubewitness.catalog.audit_tables import AZURE_ACTIVITY
from kubewitness.catalog.kubernetes_resources import object_parts
from kubewitness.detections.parsers import PARSERS, names_in
from kubewitness.detections.queries import PREFIX, SavedQuery, saved_queries
from kubewitness.errors import InputError
from kubewitness.logs.kql.literals import literal

_SERVICE_ACCOUNT: Final = "system:serviceaccount:"

# A request for all objects concerns each of them.
_OF_ALL: Final = 'Verb in ("list", "watch", "deletecollection") and isempty(Name)'


def restricted(query: SavedQuery, text: str, arguments: Mapping[str, str]) -> str:
    """Return the text of a saved query with its arguments.

    Args:
        text: of the query, with what follows it.
        arguments: by the names of the options, without those that are not given.

    Raises:
        InputError: the query does not take one of them, or a value cannot be read.
    """
    if query.argument and query.argument not in arguments:
        word = query.argument.upper()
        raise InputError(
            f"{PREFIX}{query.name}: its argument is missing; write '{PREFIX}{query.name} {word}' "
            f"with the quotation marks, or --{query.argument} {word}"
        )
    if faults := [_not_taken(query, name) for name in arguments if name not in query.arguments]:
        raise InputError(*faults)
    try:
        of_parsers = [_CONDITIONS[name](value) for name, value in arguments.items()]
        of_activity = [f"Caller =~ {literal(value)}" for value in arguments.values()]
    except ValueError as error:
        raise InputError(str(error)) from None
    conditions = {**dict.fromkeys(PARSERS, of_parsers), AZURE_ACTIVITY: of_activity}
    prelude = (
        f"let {table} = {table} | where {' and '.join(conditions[table])};\n"
        for table in (names_in(text, conditions) if arguments else ())
    )
    return "".join([*prelude, text])


def _not_taken(query: SavedQuery, name: str) -> str:
    takes = ", ".join(f"--{each}" for each in query.arguments) or "no arguments"
    others = [f"{PREFIX}{one.name}" for one in saved_queries().values() if name in one.arguments]
    return f"--{name}: {PREFIX}{query.name} takes {takes}; {', '.join(others)} take it"


def _user(name: str) -> str:
    return f"(Username =~ {literal(name)} or ImpersonatedUsername =~ {literal(name)})"


def _service_account(name: str) -> str:
    written = name.removeprefix(_SERVICE_ACCOUNT).replace("/", ":")
    namespace, _, account = written.partition(":")
    if not (namespace and account):
        raise InputError(f"--service-account {name}: write it as NAMESPACE/NAME")
    return _user(f"{_SERVICE_ACCOUNT}{namespace}:{account}")


def _namespace(name: str) -> str:
    return f"(Namespace == {literal(name)} or isempty(Namespace) and {_OF_ALL})"


def _object(resource: str) -> Callable[[str], str]:
    def condition(name: str) -> str:
        namespace, separator, own = name.rpartition("/")
        within = f" and {_namespace(namespace)}" if separator else ""
        return f'(Resource == "{resource}" and (Name == {literal(own)} or {_OF_ALL}){within})'

    return condition


def _any_object(text: str) -> str:
    resource, namespace, name = object_parts(text)
    return _object(resource)(f"{namespace}/{name}" if namespace else name)


_CONDITIONS: Final[Mapping[str, Callable[[str], str]]] = {
    "user": _user,
    "service-account": _service_account,
    "namespace": _namespace,
    "object": _any_object,
    "secret": _object("secrets"),
    "pod": _object("pods"),
}
"""The KQL of each argument, on what the parsers return."""

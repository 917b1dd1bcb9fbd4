"""Questions that handbooks ask of audit logs, each a file in KQL with the columns put right.

The first line is the question. Below it, `// Needs:` names what a log must have to answer it,
`// Arguments:` by what it can be restricted, and `// Argument:` the one that must follow its name.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, get_args

from kubewitness.catalog.container_insights import INSIGHTS_TABLES, InsightsTable
from kubewitness.detections.detection import Need
from kubewitness.documents.suggestions import did_you_mean
from kubewitness.errors import InputError

PREFIX: Final = "@"
"""The prefix of the name of a saved query on the command line."""

_HEADER: Final = re.compile(r"^// (Needs|Arguments|Argument): (.*)$", re.MULTILINE)
_CALL: Final = re.compile(
    rf"{PREFIX}(?P<name>[^\s|]*)(\s+(?P<value>[^\s|]+))?\s*(?P<more>(\|.*)?)", re.DOTALL
)


@dataclass(frozen=True)
class SavedQuery:
    """A saved query.

    Attributes:
        name: of its file.
        question: that it answers.
        needs: what a log must have to answer it, besides audit events.
        arguments: the names of those by which it can be restricted.
        argument: the name of the one that it has to have; empty for none.
        text: in KQL.
    """

    name: str
    question: str
    needs: tuple[Need | InsightsTable, ...]
    arguments: tuple[str, ...]
    argument: str
    text: str


@dataclass(frozen=True)
class QueryCall:
    """A call of a saved query.

    Attributes:
        query: that is called.
        text: of the query, with the operators that follow the call.
        value: of its argument, which follows its name; empty for none.
    """

    query: SavedQuery
    text: str
    value: str


@cache
def saved_queries() -> dict[str, SavedQuery]:
    """Return every saved query by its name."""
    found = (path for path in files(__name__).iterdir() if path.name.endswith(".kql"))
    queries = [_read(path.name.removesuffix(".kql"), path.read_text("utf-8")) for path in found]
    return {query.name: query for query in sorted(queries, key=lambda query: query.name)}


def find_query(name: str) -> SavedQuery:
    """Return a saved query.

    Raises:
        InputError: there is none of this name; names those that are close.
    """
    queries = saved_queries()
    if name not in queries:
        hint = did_you_mean(name, queries, f"`kubewitness query {PREFIX}` lists them")
        raise InputError(f"no saved query is called `{name}`{hint}")
    return queries[name]


def called_query(text: str) -> QueryCall | None:
    """Return the call of a saved query that a text is; None if it is KQL.

    Args:
        text: KQL, or `@` and a name, which an argument and operators can follow, as in
            `@history-of deployments/shop/web | take 5`.

    Raises:
        InputError: there is no saved query of this name, or no operator follows it.
    """
    if not text.startswith(PREFIX):
        return None
    called = _CALL.fullmatch(text.strip())
    if called is None:
        raise InputError(
            f"`{text}`: operators follow the name of a saved query, as in "
            f'`{PREFIX}deletions | where Namespace == "shop"`; `kubewitness query --help` lists '
            "its arguments"
        )
    query = find_query(called["name"])
    value = called["value"] or ""
    if value and not query.argument:
        raise InputError(f"`{text}`: {PREFIX}{query.name} has no argument; remove `{value}`")
    return QueryCall(query, f"{query.text}{called['more']}", value)


def _read(name: str, text: str) -> SavedQuery:
    header = {key: value.split(", ") for key, value in _HEADER.findall(text)}
    known: dict[str, Need | InsightsTable] = {need: need for need in get_args(Need)}
    known |= {table: table for table in INSIGHTS_TABLES}
    return SavedQuery(
        name,
        text.splitlines()[0].removeprefix("// "),
        tuple(known[need] for need in header.get("Needs", ())),
        tuple(header.get("Arguments", ())),
        "".join(header.get("Argument", ())),
        text,
    )

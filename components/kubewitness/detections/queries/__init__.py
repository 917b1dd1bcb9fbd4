"""Questions that handbooks ask of audit logs, each a file in KQL with the columns put right."""

from importlib.resources import files

from kubewitness.documents.suggestions import did_you_mean
from kubewitness.errors import InputError


def saved_queries() -> dict[str, str]:
    """Return the text of every saved query, by its name."""
    found = (path for path in files(__name__).iterdir() if path.name.endswith(".kql"))
    return {
        path.name.removesuffix(".kql"): path.read_text("utf-8")
        for path in sorted(found, key=lambda path: path.name)
    }


def find_query(name: str) -> str:
    """Return the text of a saved query.

    Raises:
        InputError: there is none of this name; says which are close.
    """
    queries = saved_queries()
    if name not in queries:
        hint = did_you_mean(name, queries, "`kubewitness query @` lists them")
        raise InputError(f"no saved query is called `{name}`{hint}")
    return queries[name]


def question(text: str) -> str:
    """Return what a saved query asks: its first line."""
    return text.splitlines()[0].removeprefix("// ")

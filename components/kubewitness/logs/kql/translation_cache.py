"""Remembers translations, so that a text is translated once and the parser is rarely loaded."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from kubewitness.logs.kql.translation import Translation

_WILDCARDS: Final = ("*", "search", "find")
"""The parts of a query that read tables without their names."""

_CHECKS: Final = 4
"""The version of the checks before translation: with another number, all queries are translated
again."""


class Translations:
    """Remembers translations in a folder, for the same text over the same tables.

    Args:
        folder: of the cache; without write access, each query is translated again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def translate(self, text: str, schema: Mapping[str, Sequence[str]]) -> Translation:
        """Translate a query, as `translate` does."""

        def make() -> list[Translation]:
            from kubewitness.logs.kql.translator import translate  # noqa: PLC0415 see there

            return [translate(text, schema)]

        (made,) = self.recall(text, schema, make)
        return made

    def recall(
        self,
        text: str,
        schema: Mapping[str, Sequence[str]],
        make: Callable[[], Sequence[Translation]],
    ) -> list[Translation]:
        """Return what was made of a text over these tables, or make it.

        Args:
            text: differs from that of everything else that is made.
        """
        path = self._folder / f"{_key(text, schema)}.json"
        try:
            return [_read(each) for each in json.loads(path.read_text("utf-8"))]
        except (OSError, ValueError, KeyError, TypeError):
            made = list(make())
        self._remember(path, made)
        return made

    def _remember(self, path: Path, made: Sequence[Translation]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Whole or not at all: another process may read it now.
            text = json.dumps([asdict(each) for each in made])
            half = path.with_suffix(f".{hashlib.sha256(text.encode()).hexdigest()[:8]}")
            half.write_text(text, "utf-8")
            half.replace(path)
        except OSError:
            return


@cache
def _made_by() -> list[str | int]:
    return [version("kubewitness"), version("duckdb-kql"), _CHECKS]


def _key(text: str, schema: Mapping[str, Sequence[str]]) -> str:
    # The translation depends on the tables that the text names, or on all if it has wildcards.
    lowered = text.lower()
    reads_all = any(each in lowered for each in _WILDCARDS)
    tables = {
        table: list(names)
        for table, names in schema.items()
        if reads_all or table.lower() in lowered
    }
    whole = json.dumps([_made_by(), text, tables])
    return hashlib.sha256(whole.encode()).hexdigest()


def _read(document: Any) -> Translation:
    return Translation(
        str(document["sql"]), bool(document["asks_now"]), tuple(document["warnings"])
    )

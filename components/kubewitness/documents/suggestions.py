"""Which name somebody meant who wrote another."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

MOST_NAMES: Final = 3
SHORTEST_PART: Final = 3
"""From so many letters on, a part of a name tells which is meant."""


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the known names that are close to a word, as the end of a sentence.

    Args:
        word: as somebody wrote it.
        known: the names that there are.
        otherwise: what to say where none is close; nothing by default.
    """
    names = {name.lower(): name for name in known}
    word = word.lower()
    parts = [name for name in names if len(word) >= SHORTEST_PART and word in name]
    if close := (get_close_matches(word, names, n=MOST_NAMES) or parts)[:MOST_NAMES]:
        return f"; did you mean {' or '.join(f'`{names[name]}`' for name in close)}?"
    return f"; {otherwise}" if otherwise else ""

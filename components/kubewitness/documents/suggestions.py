"""Suggestions for misspelt names."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

MOST_NAMES: Final = 3
SHORTEST_PART: Final = 3
"""The number of letters from which a part of a name identifies it."""


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the known names that are close to a word, as the end of a sentence.

    Args:
        word: the misspelt name.
        known: the names that there are.
        otherwise: the hint if no name is close; nothing by default.
    """
    names = {name.lower(): name for name in known}
    word = word.lower()
    parts = [name for name in names if len(word) >= SHORTEST_PART and word in name]
    if close := (get_close_matches(word, names, n=MOST_NAMES) or parts)[:MOST_NAMES]:
        return f"; did you mean {' or '.join(f'`{names[name]}`' for name in close)}?"
    return f"; {otherwise}" if otherwise else ""

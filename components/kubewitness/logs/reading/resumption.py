"""Where reading resumes after a damaged record: at the next record, never inside the damaged one.

A user who can write a free-form object (a custom resource, an annotation) can write one with the
format of an event. So a record that follows damage on the same line counts only if nothing suggests
that it is a value of the damaged record: it begins after the damage, it is not the value of a name,
and in a container the rest of the line closes exactly what is open.
"""

import json
import re
from collections.abc import Sequence
from typing import Final

from kubewitness.logs.reading.containers import (
    DECODER,
    LONGEST_HEAD,
    IncompleteError,
    records_begin,
    skip_value,
)
from kubewitness.logs.reading.formats import find_format

MOST_TRIED: Final = 64 << 20
LEAST_TRIED: Final = 1 << 18
TRIED_PER_CHARACTER: Final = 128
"""How many characters within damage are read in search of a whole record, before it goes on to the
next line: each place where one may begin is tried, and a hostile log has many. Their number grows
with the text, so that reading stays linear."""

_COST_OF_AN_ERROR: Final = 4096
"""As many characters are decoded in the time that one error takes."""

_OBJECT: Final = re.compile(r'\{(?=\s{0,99}")', re.ASCII)
_STAMPED: Final = (
    r'\d{4}-\d\d-\d\dT[^\s{]{1,40}[ \t]{1,4}(?:[^\s{]{1,200}[ \t]{1,4})?\{"kind":"Event"'
)
_SPACE: Final = re.compile(r"\s*", re.ASCII)


class Resumption:
    """Finds where reading resumes, and counts how much was tried for it."""

    def __init__(self) -> None:
        self._tried = 0
        self._most = 0

    def after(self, text: str, damaged: int, open_: Sequence[str]) -> int:
        """Return where the next whole record or container begins; the end of the text if nowhere.

        Args:
            damaged: where the damaged record begins.
            open_: the brackets that close the containers around it.
        """
        self._most = min(MOST_TRIED, LEAST_TRIED + TRIED_PER_CHARACTER * len(text))
        line_end = text.find("\n", damaged)
        line_end = line_end if line_end >= 0 else len(text)
        place = self._on_the_line(text, damaged, line_end, open_)
        if place is None:
            place = self._on_later_lines(text, damaged, line_end)
        return len(text) if place is None else place

    def _on_the_line(
        self, text: str, damaged: int, line_end: int, open_: Sequence[str]
    ) -> int | None:
        """Return where a record begins behind the damage on the same line."""
        at = damaged
        while (found := _OBJECT.search(text, at, line_end)) and self._tried < self._most:
            place = found.start()
            # Where the damage shows just at an object, the object cannot be a value there.
            if place > damaged and (place == at or _may_begin(text, place, open_)):
                if self._is_container(text, place):
                    return place
                end, is_record = self._read(text, place)
                contradiction = _contradiction(text, end, open_) if is_record else None
                if is_record and contradiction is None:
                    return place
                at = contradiction or end
            else:
                at, _ = self._read(text, place)
        return None

    def _on_later_lines(self, text: str, damaged: int, line_end: int) -> int | None:
        """Return where a later line begins with a record that is indented no more."""
        indentation = _indentation(text, damaged)
        begin = re.compile(rf"^[ \t]{{0,{indentation}}}(?:(?=\{{)|(?={_STAMPED}))", re.MULTILINE)
        for found in begin.finditer(text, line_end):
            place = found.end()
            if self._tried >= self._most:
                return found.start()
            if text[place : place + 1] != "{" or self._is_container(text, place):
                return place
            if text[:place].endswith("\n") or _before(text, place) not in ":[":
                _, is_record = self._read(text, place)
                if is_record:
                    return place
        return None

    def _read(self, text: str, place: int) -> tuple[int, bool]:
        """Return up to where an object is read, and whether it is a whole record."""
        try:
            _, end = DECODER.raw_decode(text, place)
            record = json.loads(text[place:end])
        except json.JSONDecodeError as error:
            unterminated = error.msg.startswith("Unterminated")
            # To name the line of its error, the decoder also counts all lines before it.
            read = (len(text) if unterminated else error.pos) - place + error.pos // 16 + 1
            self._tried += read + _COST_OF_AN_ERROR
            # A truncated string continues to the first quote of the next record.
            is_next = text.startswith('{"', error.pos - 2) and not unterminated
            return max(error.pos - 2 if is_next else error.pos, place + 1), False
        except (ValueError, RecursionError):
            self._tried += MOST_TRIED // 256
            return place + 1, False
        self._tried += end - place
        return end, isinstance(record, dict) and find_format(record) is not None

    def _is_container(self, text: str, place: int) -> bool:
        self._tried += LONGEST_HEAD
        try:
            return records_begin(text, place) is not None
        except IncompleteError:
            return False


def _indentation(text: str, place: int) -> int:
    """Return how far the line of a place is indented, list brackets included."""
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return len(line) if not line.strip(" \t[") else len(line) - len(line.lstrip(" \t"))


def _before(text: str, place: int) -> str:
    """Return the last character before a position that is not a space."""
    at = place - 1
    while at > 0 and text[at].isspace():
        at -= 1
    return text[at] if at >= 0 else ""


def _may_begin(text: str, place: int, open_: Sequence[str]) -> bool:
    """Return whether what precedes a place leaves open that a record begins there."""
    before = _before(text, place)
    return before not in ":[" and (before != "," or bool(open_))


def _contradiction(text: str, end: int, open_: Sequence[str]) -> int | None:
    """Return where a record turns out not to be in the open containers; None if it is.

    From within a damaged record, its own brackets are closed behind the record, too. The search
    ends at the next damage.
    """
    brackets = list(open_)
    at = _skip_space(text, end)
    is_item = False
    while at < len(text) and (brackets or text[at] in "]},:"):
        if brackets and text[at] == brackets[-1]:
            brackets.pop()
            at = _skip_space(text, at + 1)
            is_item = False
        elif is_item and text[at] == "}":
            return None  # nothing but damage puts this bracket behind an item of a list
        elif not brackets or text[at] in "]}:":
            return at
        else:
            after = _after_comma(text, at, in_object=brackets[-1] == "}")
            if after is None:
                return None
            if after < 0:
                return at
            is_item = brackets[-1] == "]"
            at = _skip_space(text, after)
    return None


def _after_comma(text: str, at: int, *, in_object: bool) -> int | None:
    """Return the end of the value behind a comma; None at damage, -1 for no record or member."""
    if text[at] != ",":
        return None
    at = _skip_space(text, at + 1)
    try:
        if in_object:
            name_end = skip_value(text, at)[1]
            colon = _skip_space(text, name_end)
            if not text.startswith(":", colon):
                return -1
            return skip_value(text, _skip_space(text, colon + 1))[1]
        value, end = skip_value(text, at)
    except IncompleteError:
        return None
    return end if isinstance(value, dict) else -1


def _skip_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at

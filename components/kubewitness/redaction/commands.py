"""Commands that were run in pods: programs, options and paths are shown, other words are not.

`echo swordfish` and `mysql -pswordfish` show that no word of a command is harmless because it looks
like a word. So only programs, options, paths, addresses and the words of a list are shown.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from kubewitness.redaction.text import redact_location
from kubewitness.redaction.words import REDACTED, is_plain, is_sensitive_name

_PIECE: Final = re.compile(r"[\s\"'`]+|[|&;<>(){}$!*\[\]]+|[^\s\"'`|&;<>(){}$!*\[\]]+")
_SHORT_OPTION: Final = re.compile(r"-[A-Za-z]{1,3}|-[0-9]{1,3}")
_LONG_OPTION: Final = re.compile(r"--[a-z][a-z-]{1,30}")
_ATTACHED: Final = re.compile(r"(?P<option>-[A-Za-z])(?P<value>.+)")
_ASSIGNED: Final = re.compile(r"(?P<name>-{0,2}[A-Za-z_][\w.-]*)=(?P<value>.*)")
_URL: Final = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<rest>.+)", re.IGNORECASE)
_PATH: Final = re.compile(r"(~|\.{1,2})?/.*")
_HOST: Final = re.compile(r"[a-z][a-z-]*(\.[a-z][a-z-]*)+(:\d{1,5})?(/.*)?")
_TAKES_PASSWORD: Final = frozenset({"-p", "-P", "-a"})
"""Options of common programs after which a password comes, which may be a word that is shown."""

_OPERATOR: Final = re.compile(r"[|&;<>]")
_REPEATED: Final = re.compile(r"\[redacted\](\s+\[redacted\])+")


def redact_command(command: str, known: Collection[str] = ()) -> str:
    """Return a command without the words that may be secrets.

    Args:
        command: as it was run, with the arguments separated by spaces.
        known: names that are shown next to it, so it may contain them.
    """
    return _REPEATED.sub(REDACTED, "".join(_pieces(command, known)))


def _pieces(command: str, known: Collection[str]) -> Iterator[str]:
    is_value = False
    for piece in _PIECE.findall(command):
        if not (piece[0].isalnum() or piece[0] in "-_./~%+:=,@\\?#^"):
            is_value = is_value and not _OPERATOR.search(piece)
            yield piece
            continue
        shown = REDACTED if is_value and not _PATH.fullmatch(piece) else _word(piece, known)
        is_value = _takes_secret(piece)
        yield shown


def _takes_secret(word: str) -> bool:
    """Return whether the word after this one is the value of an option that may be a secret."""
    if word in _TAKES_PASSWORD or word.endswith((":", "=")):
        return True
    return word.startswith("-") and "=" not in word and is_sensitive_name(word)


def _word(word: str, known: Collection[str]) -> str:
    if word in known or word in _vocabulary() or _SHORT_OPTION.fullmatch(word):
        return word
    if assigned := _ASSIGNED.fullmatch(word):
        name = assigned["name"] if is_plain(assigned["name"].lstrip("-")) else REDACTED
        return f"{name}={_value(assigned['name'], assigned['value'], known)}"
    if url := _URL.fullmatch(word):
        return f"{url['scheme']}://{redact_location(url['rest'].rpartition('@')[2], known)}"
    if _PATH.fullmatch(word):
        return redact_location(word, known)
    if attached := _ATTACHED.fullmatch(word):
        return word if _is_long_option(word) else f"{attached['option']}{REDACTED}"
    return _number_or_host(word)


def _value(name: str, value: str, known: Collection[str]) -> str:
    return REDACTED if is_sensitive_name(name) else _word(value, known) if value else ""


def _is_long_option(word: str) -> bool:
    return _LONG_OPTION.fullmatch(word) is not None and is_plain(word)


def _number_or_host(word: str) -> str:
    if is_plain(word) and not any(character.isalpha() for character in word):
        return word
    return redact_location(word) if _HOST.fullmatch(word) else REDACTED


@cache
def _vocabulary() -> frozenset[str]:
    """Return the programs and words of commands that are shown."""
    text = (files(__package__) / "programs.txt").read_text("utf-8")
    return frozenset(text.split())

"""Which single words are harmless: ordinary words, numbers, addresses, versions and paths."""

import re
from ipaddress import ip_address, ip_network
from typing import Final

REDACTED: Final = "[redacted]"

_LONGEST_WORD: Final = 28
"""Letters of `allowPrivilegeEscalation` and of most words; base64 without digits is longer."""

_SHORTEST_RANDOM: Final = 16

_SENSITIVE: Final = re.compile(
    r"pass(word|wd|phrase|code)?|pwd|secret|token|credential|api.?key|access.?key|account.?key"
    r"|private.?key|client.?key|auth|bearer|cookie|session|signature|\bsig\b|\bsas\b|conn.*string"
    r"|\bdsn\b|jwt|\botp\b|\bpin\b|kubeconfig|certificate.*data|\bkey\b|\bcreds?\b",
    re.IGNORECASE,
)
_LETTERS: Final = re.compile(r"[A-Za-z]+")
_NUMBER: Final = re.compile(
    r"[+-]?\d{1,10}(\.\d{1,10})?([munkKMGTP]i?|[EP]i?|[dhms]|ms|%)?|0o?[0-7]{3,4}"
)
_DURATION: Final = re.compile(r"(\d{1,6}(\.\d{1,6})?(h|m|s|ms|us))+")
_VERSION: Final = re.compile(r"v?\d{1,4}(\.\d{1,6}){1,3}([-+]?(alpha|beta|rc|dev)\.?\d{0,3})?")
_API_VERSION: Final = re.compile(r"v\d{1,2}((alpha|beta)\d{1,2})?")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_PUNCTUATION: Final = "\"'`()[]{}<>,;:.!?="
_BETWEEN: Final = re.compile(r"[-._/:,@+]")
_NUMBERED: Final = re.compile(r"[A-Za-z][-_@+]\d|\d[-_@+][A-Za-z]")
"""A word with a number, as `SECRET-4711`; `HTTP/1.1` and `host:8080` are another matter."""
_RANDOM_PIECE: Final = re.compile(r"[^-._/:,@\s]+")
_CASE_CHANGE: Final = re.compile(r"(?<=[a-z])[A-Z]|(?<=[A-Z])[a-z](?=[A-Z])")
_MOST_CHANGES: Final = 4


def is_sensitive_name(name: str) -> bool:
    """Return whether what has this name may be a secret."""
    return _SENSITIVE.search(name) is not None


def is_plain(word: str) -> bool:
    """Return whether a word is harmless wherever it is.

    A word of letters and digits is not: most passwords are of this kind.
    """
    inner = word.strip(_PUNCTUATION)
    if not inner:
        return True
    if is_amount(inner) or _API_VERSION.fullmatch(inner):
        return True
    if _DIGEST.fullmatch(inner) or _is_address(inner):
        return True
    if _NUMBERED.search(inner):
        return False
    return all(map(_is_plain_piece, _BETWEEN.split(inner)))


def is_amount(text: str) -> bool:
    """Return whether a text is a number, with a unit or not, a version or a time."""
    return any(form.fullmatch(text) for form in (_NUMBER, _DURATION, _VERSION, _TIME))


def looks_random(text: str) -> bool:
    """Return whether a piece of a name is as long and as mixed as a generated secret."""
    return any(
        len(piece) >= _SHORTEST_RANDOM and not _is_one_word(piece)
        for piece in _RANDOM_PIECE.findall(text)
    )


def _is_plain_piece(piece: str) -> bool:
    if not piece or _API_VERSION.fullmatch(piece) or _NUMBER.fullmatch(piece):
        return True
    return _is_one_word(piece)


def _is_one_word(piece: str) -> bool:
    """Return whether a piece is of letters alone, in the case of words or of field names."""
    return (
        _LETTERS.fullmatch(piece) is not None
        and len(piece) <= _LONGEST_WORD
        and len(_CASE_CHANGE.findall(piece)) < _MOST_CHANGES
    )


def _is_address(text: str) -> bool:
    host, _, port = text.rpartition(":")
    candidates = [text, host.strip("[]")] if port.isdecimal() else [text]
    return any(map(_is_ip, candidates))


def _is_ip(text: str) -> bool:
    for read in (ip_address, ip_network):
        try:
            read(text)
        except ValueError:
            continue
        return True
    return False

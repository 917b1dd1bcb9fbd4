"""Texts of others: messages, reasons, headers, and anything of which nothing else is known."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from kubewitness.redaction.words import REDACTED, is_plain, is_sensitive_name

_PEM: Final = re.compile(r"-----BEGIN [A-Z0-9 ]*-----.*?(-----END [A-Z0-9 ]*-----|\Z)", re.DOTALL)
_SCHEME_AND_VALUE: Final = re.compile(r"\b(bearer|basic|negotiate|digest)(\s+)\S+", re.IGNORECASE)
_JWT: Final = re.compile(r"\beyJ\S+")
_KEY: Final = re.compile(r"""(?P<name>[\w.$-]+)["']?\s*[:=]\s*""")
_VALUE: Final = re.compile(r"""\s*("(?:\\.|[^"\\])*"|'[^']*'|[^\s,;&"']+)""")
_USER_INFO: Final = re.compile(r"(?<=://)[^\s/@]+(?=@)")
_WORD: Final = re.compile(r"[^\s\"'`]+")
_INVALID_VALUE: Final = re.compile(r"(?<=Invalid value: )(\"(?:\\.|[^\"\\])*\"|\S+)")
_URL: Final = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<rest>\S+)", re.IGNORECASE)


def redact_text(text: str, known: Collection[str] = ()) -> str:
    """Return a text without what may be a secret.

    Args:
        text: of any kind.
        known: names that are shown next to it, so it may contain them.
    """
    text = _INVALID_VALUE.sub(REDACTED, redact_markers(text))
    return _WORD.sub(lambda found: _word(found[0], known), text)


def redact_markers(text: str) -> str:
    """Return a text without secrets that are marked as such, such as keys and `password=...`.

    For names, which are shown otherwise.
    """
    text = _PEM.sub(REDACTED, text)
    text = _SCHEME_AND_VALUE.sub(rf"\1\2{REDACTED}", text)
    text = _USER_INFO.sub(REDACTED, text)
    text = _JWT.sub(REDACTED, text)
    return "".join(_without_values(text))


def _without_values(text: str) -> Iterator[str]:
    """Yield the parts of a text without the values of keys that have the name of a secret."""
    begin = 0
    for key in _KEY.finditer(text):
        if key.start() < begin or not is_sensitive_name(key["name"]):
            continue
        yield text[begin : key.end()]
        begin = key.end()
        if value := _VALUE.match(text, begin):
            yield REDACTED
            begin = value.end()
    yield text[begin:]


def _word(word: str, known: Collection[str]) -> str:
    if word.strip("\"'`(),.;:[]") in known or is_plain(word):
        return word
    if url := _URL.fullmatch(word):
        return f"{url['scheme']}://{redact_location(url['rest'], known)}"
    return "".join(
        piece if piece in known or is_plain(piece) else REDACTED
        for piece in re.split(r"([=,;|&()<>{}\[\]]+)", word)
    )


def redact_location(location: str, known: Collection[str] = ()) -> str:
    """Return the host and path of a URL, with the names of its parameters and without values."""
    path, mark, query = location.partition("?")
    path = "/".join(
        each if each in known or is_plain(each) else REDACTED for each in path.split("/")
    )
    names = [name.partition("=")[0] for name in query.split("&")] if mark else []
    return (
        path
        + mark
        + "&".join(f"{name if is_plain(name) else REDACTED}={REDACTED}" for name in names)
    )

"""The prose of a file, at its position in the file.

The result has the length and the lines of the file. Code in a sentence becomes a word of `x`, other
code becomes `¦`, so no phrase is found across it.
"""

import io
import re
import tokenize
from collections.abc import Callable, Iterable
from pathlib import Path

_FENCE = re.compile(r"^([ ]*)(```|~~~).*?^\1\2[ ]*$", re.MULTILINE | re.DOTALL)
_INLINE_CODE = re.compile(r"``.+?``|`[^`]+`|\]\([^)\s]*\)|<[^>\n]+>|https?://\S+", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_QUOTE = r"\"\"\"|'''|[\"']"
_STRING = re.compile(rf"(?P<start>[a-zA-Z]*(?:{_QUOTE}))(?P<text>.*?)(?:{_QUOTE})", re.DOTALL)
# A string with a space next to a word is prose; a key or a name has none.
_WORD_AND_SPACE = re.compile(r"\w,? | \w")
# The keys of our YAML files that contain sentences; everything else in them is code.
_SENTENCES = re.compile(
    r"^(?P<indent>[ ]*)(?:- )?(?:name|title|description|about|reason|falsePositives|response)"
    r":(?P<text>.*(?:\n(?:(?P=indent)[ ]+.*)?)*)",
    re.MULTILINE,
)
# From Python 3.12 on, a formatted string has several tokens.
_STRINGS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
_SPACES = {tokenize.NL, *(getattr(tokenize, f"FSTRING_{one}", -1) for one in ("START", "END"))}


def prose(path: Path) -> str:
    """Return the prose of a Markdown, Python, KQL or YAML file."""
    return _READERS[path.suffix](path.read_text(encoding="utf-8"))


def _markdown(text: str) -> str:
    return _inline(_FENCE.sub(lambda match: _blank(match[0], "¦"), text))


def _kql(text: str) -> str:
    return _only(text, (match.span() for match in re.finditer(r"(?<=^//).*$", text, re.MULTILINE)))


def _yaml(text: str) -> str:
    return _only(text, (match.span("text") for match in _SENTENCES.finditer(text)))


def _only(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return the text with `¦` outside of the spans."""
    result, end = [], 0
    for start, stop in spans:
        result += [_blank(text[end:start], "¦"), _inline(text[start:stop])]
        end = stop
    return "".join([*result, _blank(text[end:], "¦")])


def _python(text: str) -> str:
    """Return comments, docstrings and other strings of several words."""
    offsets = [0]
    for line in text.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    result = list(_blank(text, " "))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        start = offsets[token.start[0] - 1] + token.start[1]
        end = offsets[token.end[0] - 1] + token.end[1]
        result[start:end] = _token(token.type, text[start:end])
    return "".join(result)


def _token(kind: int, text: str) -> str:
    if kind == tokenize.COMMENT:
        return " " + _inline(text[1:])
    if kind in _STRINGS:
        return _string(text)
    return _blank(text, " " if kind in _SPACES else "¦")


def _string(text: str) -> str:
    match = _STRING.fullmatch(text)
    start, inner = (len(match["start"]), match["text"]) if match else (0, text)
    if not _WORD_AND_SPACE.search(inner):
        return _blank(text, "¦")
    shown = _inline(_PLACEHOLDER.sub(lambda hole: _blank(hole[0], "x"), inner))
    return " " * start + shown + " " * (len(text) - start - len(inner))


def _inline(text: str) -> str:
    return _INLINE_CODE.sub(lambda match: _blank(match[0], "x"), text)


def _blank(text: str, by: str) -> str:
    return re.sub(r"\S", by, text)


_READERS: dict[str, Callable[[str], str]] = {
    ".kql": _kql,
    ".md": _markdown,
    ".py": _python,
    ".yaml": _yaml,
}
SUFFIXES = frozenset(_READERS)

"""Audit events within a string of a record, where clouds put them, often truncated.

There may be more between the string and the event: a prefix, another record, the same text encoded
again. All are taken off, in any order.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from kubewitness.logs.reading.encodings import decode_base64
from kubewitness.logs.reading.event_text import holds_event, may_begin_event
from kubewitness.logs.reading.formats import find_format
from kubewitness.logs.reading.rows import AUDIT, Format, NoRowError, Record, Row
from kubewitness.logs.reading.salvage import salvage
from kubewitness.logs.reading.strict_json import NotStrictError, parse
from kubewitness.logs.reading.truncation import truncated
from kubewitness.logs.store.statements import EVENT_PREFIX

_HEAD: Final = r'(?:\[[\w./: -]{1,200}\][ \t]|[^\[{}"\x00-\x1f])[^{}"\x00-\x08\x0a-\x1f]{0,256}?'
_LABELS: Final = r'\d{4}-\d\d-\d\dT[^\s{]{1,40} \{(?:\w{1,99}="[^"{}]{0,999}",? ?){0,99}\} '
PREFIX: Final = re.compile(rf'(?:{_LABELS}|{_HEAD})(?=\{{\s{{0,9}}"|\[\s{{0,9}}\{{)', re.ASCII)
"""The prefixes of CRI, syslog, klog, logcli, `kubectl logs --prefix` and others before a line."""

_BEFORE_STRING: Final = re.compile(_HEAD + r'(?="\s{0,9}[\\{"\[])', re.ASCII)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{64,}={0,2}\s*", re.ASCII)

UNREADABLE: Final = "holds an audit event that cannot be read"


def inner_rows(line: str, where: Mapping[str, Any]) -> list[Row]:
    """Return the rows of the events that a log line holds; none if it holds no event.

    A truncated event yields the part before the truncation.

    Args:
        where: the values of the surrounding record for the rows, by the names of their attributes.

    Raises:
        NoRowError: the line holds an event of which nothing can be used.
    """
    return [_placed(row, where) for row in _event_rows(line.strip())]


def _event_rows(text: str) -> list[Row]:
    rows = _rows(text)
    if any(row.kind == AUDIT for row in rows):
        return rows
    line = text.encode(errors="surrogatepass")
    if holds_event(line) or may_begin_event(line):
        raise NoRowError(UNREADABLE)
    return []


def _placed(row: Row, where: Mapping[str, Any]) -> Row:
    """Return a row with the values of the surrounding record that the row itself does not have."""
    for what, value in where.items():
        if not isinstance(value, str | None):
            raise NoRowError(f"the {what} of its record is not a string")
    return replace(row, **{k: v for k, v in where.items() if getattr(row, k) is None})


def _rows(text: str) -> list[Row]:
    if text.startswith("{") or (text.startswith("[") and not PREFIX.match(text)):
        return _rows_of_json(text.encode(errors="surrogatepass"))
    if text.startswith('"'):
        return _rows_of_string(text)
    if prefix := PREFIX.match(text) or _BEFORE_STRING.match(text):
        return _rows(text[prefix.end() :])
    if _BASE64.fullmatch(text):
        return _rows_of_base64(text)
    return []


def _rows_of_string(text: str) -> list[Row]:
    try:
        value = json.loads(text)
    except ValueError:
        return []
    return _rows(value.strip()) if isinstance(value, str) else []


def _rows_of_base64(text: str) -> list[Row]:
    """Return the rows of what a text encodes: one record or, as in Firehose, some in a row."""
    decoded = decode_base64(text.encode())
    try:
        records = _split(decoded.decode().strip()) if decoded else []
    except UnicodeDecodeError:
        return []
    return [row for record in records for row in _rows(record)]


def _split(text: str) -> list[str]:
    """Return the objects of a text that follow each other, and what is left of it."""
    found, at = [], 0
    decoder = json.JSONDecoder()
    while text.startswith("{", at):
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        found.append(text[at:end])
        at = len(text) - len(text[end:].lstrip())
    return [*found, text[at:]] if at < len(text) else found


def _rows_of_json(text: bytes) -> list[Row]:
    try:
        value = parse(text)
    except NotStrictError as error:
        if _holds_more(text):
            raise NoRowError("the log line in it goes on after an event") from None
        if error.is_ambiguous:
            raise NoRowError(f"the event in it {error}") from None
        return _salvaged_rows(text, f"the event in it {error}")
    if isinstance(value, list):
        return [row for item in value for row in _event_rows(json.dumps(item))]
    return read_record(value, text)[1]


def read_record(value: Mapping[str, Any], text: bytes) -> tuple[type[Format] | None, list[Row]]:
    """Return the format of a record and its rows; None if its format is not known.

    Args:
        value: the record.
        text: the same as JSON.

    Raises:
        NoRowError: its contents cannot be a row.
    """
    log_format = find_format(value)
    return log_format, list(log_format.rows(Record(value, text, inner_rows))) if log_format else []


def _holds_more(text: bytes) -> bool:
    """Return whether something follows a whole object: of two events neither may be passed over."""
    try:
        _, end = json.JSONDecoder().raw_decode(text.decode("latin-1"))
    except (ValueError, RecursionError):
        return False
    return end < len(text)


def _salvaged_rows(text: bytes, damage: str) -> list[Row]:
    _, rows = salvaged_record(text, damage)
    if not rows and (holds_event(text) or _begins_event(text)):
        raise NoRowError(damage)
    return rows


def salvaged_record(text: bytes, damage: str) -> tuple[type[Format] | None, list[Row]]:
    """Return the format of a damaged record and the rows of what precedes the damage.

    If an event is truncated before its ID, too little is left to distinguish it.

    Args:
        text: of the record.
        damage: what is wrong with it.

    Raises:
        NoRowError: the contents cannot be a row.
    """
    for keep_cut_string in (True, False) if _may_hold_a_line(text) else (False,):
        found = salvage(text, keep_cut_string=keep_cut_string)
        log_format, rows = read_record(found.value, found.text) if found else (None, [])
        # A half string counts only as the line that holds a truncated event.
        is_line = bool(rows) and all(row.damage for row in rows)
        if found and rows and (is_line or not keep_cut_string):
            is_known = not any(row.kind == AUDIT and row.audit_id is None for row in rows)
            return log_format, [truncated(row, found, damage) for row in rows] if is_known else []
    return None, []


def _begins_event(text: bytes) -> bool:
    """Return whether a truncated text is the beginning of an event, too short for its ID."""
    begin = EVENT_PREFIX.encode()
    return text.startswith(begin) or begin.startswith(text)


def _may_hold_a_line(text: bytes) -> bool:
    """Return whether a damaged record has a log line in a string, which is salvaged in turn."""
    # In a string their quotes would be escaped; so this is an event with complete names, or a row
    # of its columns.
    return b'"auditID":' not in text and b'"AuditId":' not in text

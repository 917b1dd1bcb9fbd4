"""An audit event within a string of a record, which is where clouds put it, and often cut it."""

import json
from collections.abc import Mapping
from typing import Any

from kubewitness.logs.reading.formats.kubernetes import Kubernetes, event_row
from kubewitness.logs.reading.rows import NoRowError, Row
from kubewitness.logs.reading.salvage import salvage
from kubewitness.logs.reading.strict_json import NotStrictError, parse


def inner_row(line: str, where: Mapping[str, Any]) -> Row | None:
    """Return the row of the event that a log line is; None if the line is no event.

    An event that is cut yields what precedes the cut.

    Args:
        where: what the record around it says of the row.

    Raises:
        NoRowError: the line is an event of which nothing can be used.
    """
    text = line.strip().encode(errors="surrogatepass")
    if not text.startswith(b"{"):
        return None
    try:
        event = parse(text)
    except NotStrictError as error:
        if _holds_more(text):
            raise NoRowError("the log line in it goes on after an event") from None
        if error.is_ambiguous:
            raise NoRowError(f"the event in it {error}") from None
        return _salvaged_row(text, str(error), where)
    if not isinstance(event, dict) or not Kubernetes.matches(event):
        return None
    return event_row(event, text, **where)


def _holds_more(text: bytes) -> bool:
    """Return whether something follows a whole object: of two events neither may be passed over."""
    try:
        _, end = json.JSONDecoder().raw_decode(text.decode("latin-1"))
    except (ValueError, RecursionError):
        return False
    return end < len(text)


def _salvaged_row(text: bytes, damage: str, where: Mapping[str, Any]) -> Row | None:
    event = salvage(text)
    if event is None or not Kubernetes.matches(event.value):
        if b'"audit.k8s.io/' in text:
            raise NoRowError(f"the event in it {damage}")
        return None
    row = event_row(event.value, event.text, **where)
    if row.audit_id is None:
        raise NoRowError(f"the event in it {damage}")
    return row.because(f"the event in it {damage}", partial=True)

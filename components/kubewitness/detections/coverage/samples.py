"""Audit events on which transformations of a workspace are tried. None of them should be dropped.

They are the events of the malicious cases that come with the detections, and variants of a few of
them, made of the words in the transformation: `where User.username != "mallory"` drops none of the
former, and an event of mallory.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from kubewitness.catalog.audit_tables import READ_VERBS
from kubewitness.detections.library import all_detections, cases
from kubewitness.errors import InputError

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Sample:
    """One record that a transformation is tried on.

    Attributes:
        record: an event of `audit.k8s.io/v1`, or a row of AKSControlPlane.
        what: what it is, for people.
        verb: of the request, empty for a row.
        level: how much of it was logged, or how grave it is.
    """

    record: Mapping[str, Any]
    what: str
    verb: str = ""
    level: str = ""

    @property
    def is_read(self) -> bool:
        """Return whether it changes nothing, so that it is not in `kube-audit-admin`."""
        return self.verb in READ_VERBS


_SENSITIVE_RESOURCES: Final = frozenset(
    {"secrets", "serviceaccounts", "tokenreviews", "roles", "rolebindings", "clusterroles",
     "clusterrolebindings"}
)  # fmt: skip
_SENSITIVE_SUBRESOURCES: Final = frozenset(
    {"exec", "attach", "portforward", "proxy", "log", "token"}
)
_FIRST_FAILURE: Final = 400

MOST_WORDS: Final = 60
"""How many texts of transformations are tried at most; with more, nothing is known of them."""

_WORD: Final = re.compile(r"""h?@?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")

GUARD_ROWS: Final = tuple(
    Sample(
        {
            "Type": "AKSControlPlane",
            "TimeGenerated": "2026-01-02T03:04:05Z",
            "Category": "guard",
            "Level": level,
            "Message": message,
            "PodName": "guard-6d5f8c7b9-x2x7k",
            "Stream": "stderr",
        },
        f"guard: {message}",
        level=level,
    )
    for level, message in (
        ("Info", "Authorization decision: allowed"),
        ("Info", "Received token review request"),
        ("Warning", "Authorization decision: denied"),
        ("Error", "Failed to validate the token: signature is invalid"),
    )
)
"""Rows of the category guard. Its messages follow no documented format."""


@lru_cache(maxsize=64)
def audit_samples(kql: str) -> tuple[Sample, ...]:
    """Return the events on which transformations of audit tables are tried.

    Args:
        kql: the transformations.

    Raises:
        InputError: they have too many texts.
    """
    return (*attack_samples(), *_variants(kql))


@cache
def attack_samples() -> tuple[Sample, ...]:
    """Return the sensitive events of all malicious cases, one of each kind."""
    found: dict[tuple[object, ...], Sample] = {}
    for detection in all_detections():
        for path in cases(detection, "malicious").values():
            for line in path.read_text("utf-8").splitlines():
                event = json.loads(line)
                if "auditID" in event and _is_sensitive(event):
                    found.setdefault(_kind(event), _sample(event))
    return tuple(found.values())


def _is_sensitive(event: Event) -> bool:
    """Return whether an event matters. Not what the system itself reads all day."""
    target = event.get("objectRef") or {}
    if target.get("resource") == "leases":
        return False
    return (
        event["verb"] not in READ_VERBS
        or not _user(event).startswith("system:")
        or _user(event) == "system:anonymous"
        or target.get("resource") in _SENSITIVE_RESOURCES
        or target.get("subresource") in _SENSITIVE_SUBRESOURCES
        or _code(event) >= _FIRST_FAILURE
    )


def _user(event: Event) -> str:
    return str((event.get("user") or {}).get("username", ""))


def _code(event: Event) -> int:
    return int((event.get("responseStatus") or {}).get("code", 0))


def _kind(event: Event) -> tuple[object, ...]:
    target = event.get("objectRef") or {}
    names = ("resource", "subresource", "namespace")
    where = (target.get(name) for name in names)
    return event["verb"], *where, _user(event), _code(event), event.get("level")


def _sample(event: Event, whose: str = "") -> Sample:
    target = event.get("objectRef") or {}
    names = (target.get("resource"), target.get("subresource"))
    where = "/".join(name for name in names if name) or event.get("requestURI", "")
    what = f"`{event['verb']}` of `{where}`{whose}"
    return Sample(event, what, str(event["verb"]), str(event.get("level", "")))


_FIELDS: Final[Mapping[str, Callable[[Any, str], None]]] = {
    "by the user": lambda event, word: event["user"].update(username=word),
    "by a user of the group": lambda event, word: event["user"].update(groups=[word]),
    "in the namespace": lambda event, word: event["objectRef"].update(namespace=word),
    "with the name": lambda event, word: event["objectRef"].update(name=word),
    "with the user agent": lambda event, word: event.update(userAgent=word),
    "from the address": lambda event, word: event.update(sourceIPs=[word]),
    "with the parameter": lambda event, word: event.update(
        requestURI=f"{event['requestURI']}?{word}"
    ),
}
"""Where the words of a transformation are put, and the name of this place in the report."""


def _variants(kql: str) -> Iterator[Sample]:
    texts = (one or other for one, other in _WORD.findall(kql))
    words = dict.fromkeys(word for text in texts for word in (text, *_matching(text)))
    words.pop("", None)
    if len(words) > MOST_WORDS:
        raise InputError(f"the transformations have more than {MOST_WORDS} texts to try")
    for word in words:
        for whose, put in _FIELDS.items():
            for event in _bases():
                changed = json.loads(json.dumps(event))
                put(changed, word)
                yield _sample(changed, f" {whose} `{word}`")


_OF_A_PATTERN: Final = (
    (re.compile(r"\(\?\w+\)|\\[bAzZ]|[\^$()*+?]|\{[^}]*\}"), ""),
    (re.compile(r"\[([^\]\\])[^\]]*\]"), r"\1"),
    (re.compile(r"\\d"), "1"),
    (re.compile(r"\\w|(?<!\\)\."), "a"),
    (re.compile(r"\\(.)"), r"\1"),
)
"""How the parts of a regular expression become a text that it matches, in most cases."""


def _matching(text: str) -> Iterator[str]:
    """Yield what a text matches, where it is a regular expression."""
    for one in text.split("|"):
        for pattern, plain in _OF_A_PATTERN:
            one = pattern.sub(plain, one)  # noqa: PLW2901 one step after the other
        yield one


@cache
def _bases() -> tuple[Event, ...]:
    """Return one read of secrets, one session in a pod, and one change of permissions."""
    wanted = {
        ("get", "secrets", None),
        ("get", "pods", "exec"),
        ("create", "clusterrolebindings", None),
    }
    found: dict[tuple[object, ...], Event] = {}
    for sample in attack_samples():
        target = sample.record.get("objectRef") or {}
        key = (sample.verb, target.get("resource"), target.get("subresource"))
        if key in wanted and {"user", "objectRef"} <= sample.record.keys():
            found.setdefault(key, sample.record)
    return tuple(found.values())

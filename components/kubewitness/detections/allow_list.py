"""An allow-list: it excludes permitted findings without editing detections.

An allow-list travels inside the query, as a `let` that shadows what the detection reads, so that
every engine leaves out the same.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel

from kubewitness.detections.parsers import (
    KUBE_AUDIT_CONTAINERS,
    KUBE_AUDIT_POD_SPECS,
    PARSERS,
    names_in,
)
from kubewitness.documents.explain import validate
from kubewitness.documents.reader import read_yaml
from kubewitness.documents.suggestions import did_you_mean

_PODS: Final = (KUBE_AUDIT_POD_SPECS, KUBE_AUDIT_CONTAINERS)
_ACTIVITY: Final = "AzureActivity"
_PLAIN: Final = ":@/-_"
"""Characters that are common in names and images, and are literal in a regular expression."""


class Allowed(BaseModel):
    """An entry of the allow-list. It excludes what matches all of its keys.

    It is an entry of `kubewitness.allow.yaml`, the file that `kubewitness hunt` reads, too.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )

    reason: str = Field(min_length=1)
    """Why it is allowed."""

    owner: str = ""
    """The person who allows it."""

    expires: date
    """The last day on which it holds, as in `2027-01-31`, in UTC. It ends by itself."""

    rules: tuple[str, ...] = ()
    """Names of detections. Default: all."""

    usernames: tuple[str, ...] = ()
    """Users and service accounts; `*` matches any text."""

    namespaces: tuple[str, ...] = ()
    """Namespaces of the requested objects; `*` matches any text."""

    images: tuple[str, ...] = ()
    """Images. A pod is allowed if all of its containers run one of them; `*` matches any text."""

    @field_validator("rules")
    @classmethod
    def _are_known(cls, slugs: tuple[str, ...], information: ValidationInfo) -> tuple[str, ...]:
        known = (information.context or {}).get("known", slugs)
        if faults := [
            f"no detection is called `{slug}`{did_you_mean(slug, known)}"
            for slug in slugs
            if slug not in known
        ]:
            raise ValueError("; ".join(faults))
        return slugs

    @model_validator(mode="after")
    def _names_something(self) -> "Allowed":
        if not (self.usernames or self.namespaces or self.images):
            raise ValueError("name `usernames`, `namespaces` or `images`; `*` matches any text")
        return self

    @model_validator(mode="after")
    def _leaves_something(self) -> "Allowed":
        named = [each for each in (self.usernames, self.namespaces, self.images) if each]
        # An exception has an end. An entry that disables a detection must name it.
        if named and not self.rules and all(any(map(_is_any, globs)) for globs in named):
            raise ValueError(
                "allows everything, so that no detection would find anything; add `usernames`, "
                "`namespaces` or `images`, or name `rules`"
            )
        return self


class AllowList(BaseModel):
    """A file `kubewitness.allow.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1]
    allow: tuple[Allowed, ...] = ()

    def expired(self, today: date) -> tuple[Allowed, ...]:
        """The entries that hold no more."""
        return tuple(entry for entry in self.allow if entry.expires < today)

    def holding(self, today: date) -> tuple[Allowed, ...]:
        """The entries that hold."""
        return tuple(entry for entry in self.allow if entry.expires >= today)

    def conditions(self, slug: str, today: date | None) -> dict[str, str]:
        """Return in KQL, by parser or table, what a detection may find there.

        Args:
            slug: the detection's name.
            today: on which entries expire; None has them expire by themselves, in a query that
                is deployed once and runs for months.
        """
        entries = [
            entry
            for entry in (self.allow if today is None else self.holding(today))
            if not entry.rules or slug in entry.rules
        ]
        allowed = {
            table: [
                _until(entry, condition) if today is None else condition
                for entry in entries
                for condition in [_condition(entry, table)]
                if condition
            ]
            for table in (*PARSERS, _ACTIVITY)
        }
        return {table: f"not({' or '.join(each)})" for table, each in allowed.items() if each}

    def prelude(self, slug: str, text: str, today: date | None) -> str:
        """Return the `let` statements that leave out what a detection may not find.

        They shadow tables, views and saved functions, but no `let` of the same name: for a query
        that brings the parsers with it, give the conditions to `parsers.definitions`.

        Args:
            slug: the detection's name.
            text: its query.
            today: on which entries expire, as in `conditions`.
        """
        conditions = self.conditions(slug, today)
        return "".join(
            f"let {table} = {table} | where {conditions[table]};\n"
            for table in names_in(text, conditions)
        )


NOTHING_ALLOWED: Final = AllowList(version=1)


def read_allow_list(path: Path, known: Sequence[str]) -> AllowList:
    """Read an allow-list.

    Args:
        path: of the YAML file.
        known: the names of the detections there are.

    Raises:
        InputError: with every fault in the file.
    """
    return validate(read_yaml(path), AllowList, {"known": known})


def _is_any(glob: str) -> bool:
    return set(glob) == {"*"}


def _until(entry: Allowed, condition: str) -> str:
    return f"(now() < datetime({entry.expires + timedelta(days=1)}) and {condition})"


def _condition(entry: Allowed, table: str) -> str:
    """Return the KQL of what an entry excludes from a table; empty if it does not apply to it."""
    if table == _ACTIVITY:
        parts = {"Caller": entry.usernames} if not (entry.namespaces or entry.images) else {}
    elif entry.images and table not in _PODS:
        parts = {}
    else:
        parts = {"Username": entry.usernames, "Namespace": entry.namespaces}
    conditions = [_matches(column, globs, "") for column, globs in parts.items() if globs]
    if entry.images and table in _PODS:
        conditions.append(_matches("Images", entry.images, "( |$)"))
    return f"({' and '.join(conditions)})" if conditions else ""


def _matches(column: str, globs: Sequence[str], between: str) -> str:
    """Return the KQL of whether a column is one of these, or a list of them between blanks."""
    star = "[^ ]*" if between else ".*"
    each = "|".join("".join(star if c == "*" else _literally(c) for c in glob) for glob in globs)
    pattern = f"(({each}){between})+" if between else f"({each})"
    # Names of users are addresses, which are not case-sensitive.
    return f'{column} matches regex @"(?i)^{pattern}$"'


def _literally(letter: str) -> str:
    """Return a letter as a regular expression that no string of KQL ends or continues at."""
    if letter.isalnum() or letter in _PLAIN:
        return letter
    return r"\." if letter == "." else rf"\x{{{ord(letter):x}}}"

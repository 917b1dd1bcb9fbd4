"""Every rule there is, found in the folder `rules`, and rules that somebody brings."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from kubewitness.detections.rule import Rule, read_rule
from kubewitness.errors import InputError

FOLDER: Final = Path(__file__).parent / "rules"
"""One folder a rule: `rule.yaml`, and events in `malicious` and `benign`, one file a case."""

RULE_FILE: Final = "rule.yaml"


@cache
def all_rules() -> tuple[Rule, ...]:
    """The rules in the order of their folders' names."""
    folders = sorted(path.parent for path in FOLDER.glob(f"*/{RULE_FILE}"))
    return tuple(read_rule(folder / RULE_FILE, folder.name) for folder in folders)


def find_rules(slugs: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of these names; all of them if none is named.

    Raises:
        InputError: one does not exist; says all that do not.
    """
    known = {rule.slug: rule for rule in all_rules()}
    if unknown := [slug for slug in slugs if slug not in known]:
        listed = ", ".join(known)
        raise InputError(*(f"no detection is called `{s}`; there are {listed}" for s in unknown))
    return tuple(known[slug] for slug in dict.fromkeys(slugs)) or all_rules()


def read_rules(path: Path) -> tuple[Rule, ...]:
    """Rules that somebody brings: a YAML file, or all in a folder and below.

    Raises:
        InputError: with every fault of every file; or there is no rule.
    """
    files = sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")]) if path.is_dir() else [path]
    rules: list[Rule] = []
    faults: list[str] = []
    for file in files:
        slug = file.parent.name if file.name == RULE_FILE else file.stem
        try:
            rules.append(read_rule(file, slug))
        except InputError as error:
            faults.extend(error.faults)
    if faults or not rules:
        raise InputError(*(faults or [f"{path}: there is no rule here: no file *.yaml"]))
    return tuple(rules)


def cases(rule: Rule, kind: str) -> dict[str, Path]:
    """The files of events that come with one of our rules, by the name of what each shows.

    Args:
        rule: one of ours.
        kind: `malicious`: it fires on each; or `benign`: it fires on none.
    """
    return {path.stem: path for path in sorted((FOLDER / rule.slug / kind).iterdir())}

"""Every rule there is, found in the folder `rules`, and rules that somebody brings."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from kubewitness.detections.rule import Rule, read_rule
from kubewitness.detections.sigma.files import import_sigma, is_sigma
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


def read_rules(path: Path, rejected: list[str] | None = None) -> tuple[Rule, ...]:
    """Rules that somebody brings: a YAML file, or all in a folder and below.

    Args:
        path: of Sentinel's rules, of Sigma's, or of both.
        rejected: takes the reason for each Sigma rule that cannot be run; by default it is a fault.

    Raises:
        InputError: with every fault of every file; or there is no rule.
    """
    rules: list[Rule] = []
    faults: list[str] = []
    reasons: list[str] = []
    for file in rule_files(path):
        try:
            rules.extend(_read_file(file, reasons))
        except InputError as error:
            faults.extend(error.faults)
    if rejected is None:
        faults.extend(reasons)
    else:
        rejected.extend(reasons)
    if faults or not (rules or reasons):
        raise InputError(*(faults or [f"{path}: there is no rule here: no file *.yaml"]))
    return tuple(rules)


def rule_files(path: Path) -> list[Path]:
    """The files of rules that somebody brings: a file itself, or all YAML in a folder and below."""
    return sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")]) if path.is_dir() else [path]


def slug_of(path: Path) -> str:
    """What a rule that somebody brings is called, by its file or else its folder."""
    return path.parent.name if path.name == RULE_FILE else path.stem


def _read_file(path: Path, reasons: list[str]) -> tuple[Rule, ...]:
    if not is_sigma(path):
        return (read_rule(path, slug_of(path)),)
    found = import_sigma(path)
    reasons.extend(found.rejected)
    return found.rules


def with_names_of_their_own(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Yield rules, with a number after a name that another has had before."""
    seen: Counter[str] = Counter()
    for rule in rules:
        seen[rule.slug] += 1
        number = f"-{seen[rule.slug]}" if seen[rule.slug] > 1 else ""
        yield rule.model_copy(update={"slug": rule.slug + number})


def cases(rule: Rule, kind: str) -> dict[str, Path]:
    """The files of events that come with one of our rules, by the name of what each shows.

    Args:
        rule: one of ours.
        kind: `malicious`: it fires on each; or `benign`: it fires on none.
    """
    return {path.stem: path for path in sorted((FOLDER / rule.slug / kind).iterdir())}

"""Every rule there is, found in the folder `rules`, and rules that somebody brings."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final

from kubewitness.detections.rule import Rule, read_rule
from kubewitness.detections.sigma.files import Imported, import_sigma, is_sigma
from kubewitness.documents.suggestions import did_you_mean
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
        raise InputError(*(no_such_rule(s, known, "docs/detections.md lists all") for s in unknown))
    return tuple(known[slug] for slug in dict.fromkeys(slugs)) or all_rules()


def no_such_rule(slug: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the fault that there is no rule of a name, with the names that are close to it.

    Args:
        slug: the name.
        known: the names that there are.
        otherwise: what to say where none is close.
    """
    return f"no detection is called `{slug}`{did_you_mean(slug, known, otherwise)}"


def read_rules(path: Path) -> tuple[Rule, ...]:
    """Rules that somebody brings, all of which must be such that can be run.

    Args:
        path: as in `bring_rules`.

    Raises:
        InputError: as `bring_rules`; or a Sigma rule is rejected.
    """
    brought = bring_rules([path])
    if brought.rejected:
        raise InputError(*(rejected.reason for rejected in brought.rejected))
    return brought.rules


def bring_rules(paths: Iterable[Path]) -> Imported:
    """Rules that somebody brings, and what is wrong with Sigma's among them.

    Args:
        paths: each a YAML file, or a folder that has some in it and below: of Sentinel's rules, of
            Sigma's, or of both.

    Raises:
        InputError: with every fault of every file; or a path has no rule.
    """
    brought = Imported()
    faults: list[str] = []
    for path in paths:
        files = rule_files(path)
        if not files:
            faults.append(f"{path}: there is no rule here: no file *.yaml")
        for file in files:
            try:
                brought += _read_file(file)
            except InputError as error:
                faults.extend(error.faults)
    if faults:
        raise InputError(*faults)
    return brought


def rule_files(path: Path) -> list[Path]:
    """The files of rules that somebody brings: a file itself, or all YAML in a folder and below."""
    return sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")]) if path.is_dir() else [path]


def slug_of(path: Path) -> str:
    """What a rule that somebody brings is called, by its file or else its folder."""
    return path.parent.name if path.name == RULE_FILE else path.stem


def _read_file(path: Path) -> Imported:
    if is_sigma(path):
        return import_sigma(path)
    return Imported((read_rule(path, slug_of(path)),))


def with_names_of_their_own(rules: Sequence[Rule]) -> Iterator[Rule]:
    """Yield rules, with a number after a name that another has had before."""
    for rule, slug in zip(rules, own_names(rule.slug for rule in rules), strict=True):
        yield rule.model_copy(update={"slug": slug})


def own_names(names: Iterable[str]) -> Iterator[str]:
    """Yield names, with the first number that is free after one that was there before."""
    seen: set[str] = set()
    for name in names:
        numbered = (f"{name}-{number}" for number in count(2))
        own = name if name not in seen else next(one for one in numbered if one not in seen)
        seen.add(own)
        yield own


def cases(rule: Rule, kind: str) -> dict[str, Path]:
    """The files of events that come with one of our rules, by the name of what each shows.

    Args:
        rule: one of ours.
        kind: `malicious`: it fires on each; or `benign`: it fires on none.
    """
    return {path.stem: path for path in sorted((FOLDER / rule.slug / kind).iterdir())}

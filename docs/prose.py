"""Check the wording of pages, messages and docstrings against `prose_words.toml`."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from proselint.registry import CheckRegistry
from proselint.registry.checks import Check, CheckFlags, engine, types
from proselint.tools import LintFile

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))

from prose_text import SUFFIXES, prose  # noqa: E402 it is next to this one

# Tests are read by their authors only.
IGNORED = "tests/"


def checks() -> tuple[Check, ...]:
    """Return a check for each kind of fault in the word list."""
    kinds = tomllib.loads((DOCS / "prose_words.toml").read_text(encoding="utf-8"))
    return tuple(
        Check(
            check_type=types.PreferredForms({_pattern(one): words[one] for one in words}),
            engine=engine.Fancy(),
            path=f"kubewitness.{kind}",
            message="`{1}`: write {0}",
            flags=CheckFlags(allow_quotes=True),
        )
        for kind, words in kinds.items()
    )


def _pattern(words: str) -> str:
    """Return a pattern in which a space also matches a line break, except in a lookbehind."""
    parts = re.split(r"(\(\?<[^)]*\))", words)
    parts[::2] = (part.replace(" ", r"\s+") for part in parts[::2])
    return f"(?:{''.join(parts)})"


def findings(paths: Iterable[Path]) -> Iterator[str]:
    """Yield a line for each fault, as `file:line: words: advice`."""
    config = {"max_errors": sys.maxsize, "checks": {"kubewitness": True}}
    for path in paths:
        for found in LintFile(str(path), prose(path)).lint(config):
            yield f"{path}:{found.pos[0]}: {found.check_result.message}"


def files() -> list[Path]:
    """Return the files with prose, as Git lists them: what is ignored there is not ours."""
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 the user's own Git
        cwd=DOCS.parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    names = (Path(name) for name in listed if not name.startswith(IGNORED))
    return [DOCS.parent / name for name in names if name.suffix in SUFFIXES]


def main() -> int:
    """Write each fault to standard output; return 1 if there is one."""
    CheckRegistry().register_many(checks())
    faults = list(findings(files()))
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())

"""Writes what is generated: pages, TypedDicts of arguments, the schema of the components."""

import json
import pkgutil
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import get_args

from kubewitness import sources
from kubewitness.detections.library import all_detections
from kubewitness.logs.reading.formats import FORMATS
from kubewitness.policies.examples import PRELUDE
from kubewitness.policies.registry import all_policies
from kubewitness.provision.host import COMPONENTS, ComponentHost
from kubewitness.reports.detections_page import detections_page
from kubewitness.reports.policy_page import policies_index, policy_page

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS), str(DOCS.parent / "tests")]

from generate_arguments import (  # noqa: E402 it is next to this one
    Output,
    reference_page,
    typed_dicts,
)
from generate_pictures import pictures  # noqa: E402 same reason
from generate_reference import (  # noqa: E402 same reason
    command_line_page,
    exit_codes_page,
    settings_page,
    tables_page,
)

from agreement.default_cluster_table import page as default_cluster_page  # noqa: E402 same reason
from agreement.detections import SAMPLE  # noqa: E402 same reason
from agreement.detections_table import page as detection_agreement_page  # noqa: E402 same reason
from agreement.feature_table import page as features_page  # noqa: E402 same reason
from agreement.table import page  # noqa: E402 it is next to the test that it describes
from agreement.undone_settings_table import page as undone_settings_page  # noqa: E402 same reason
from support.format_descriptions import format_descriptions  # noqa: E402 same reason
from support.paths import LIBRARY, NEEDS_SAMPLES  # noqa: E402 same reason


def pages() -> dict[Path, str]:
    """Each generated page, by its path."""
    policies = {
        DOCS / "policies" / f"{policy.id}.md": policy_page(policy) for policy in all_policies()
    }
    # Events of others are not in this repository: without them, the page is not changed.
    others = (
        {DOCS / "prove" / "detection-agreement.md": detection_agreement_page}
        if SAMPLE.is_file()
        else {}
    )
    return {
        **policies,
        **{path: write() for path, write in others.items()},
        DOCS / "policies" / "README.md": policies_index(all_policies(), PRELUDE),
        DOCS / "enforce" / "agreement.md": page(),
        DOCS / "reference" / "detections.md": detections_page(all_detections(), LIBRARY),
        DOCS / "provision" / "default-cluster.md": default_cluster_page(),
        DOCS / "provision" / "features.md": features_page(),
        DOCS / "prove" / "undone-settings.md": undone_settings_page(),
        DOCS / "reference" / "log-formats.md": log_formats(),
        DOCS / "reference" / "sources.md": sources_page(),
        DOCS / "reference" / "arguments.md": reference_page(outputs()),
        DOCS / "reference" / "command-line.md": command_line_page(),
        DOCS / "reference" / "exit-codes.md": exit_codes_page(),
        DOCS / "reference" / "settings.md": settings_page(),
        DOCS / "reference" / "tables.md": tables_page(),
        **typed_dicts(),
        DOCS.parent / "components" / "schema.json": schema(),
    }


def log_formats() -> str:
    """The formats of logs, by their descriptions; then the adapters, whose names rows have."""
    formats = format_descriptions()
    read = [one for one in formats if not one.command]
    shapes = ((f"`{one.NAME}`", _summary(one.__module__)) for one in FORMATS)
    about = (
        f"The reader recognises each format by its content: {len(read)} are read, in any "
        f"combination. Each links to its public description, and has a sample in "
        f"`logs/reading/formats`."
    )
    refused = (
        f"| [{one.title}]({one.address}) | `{_cell(one.command)}` |"
        for one in formats
        if one.command
    )
    return (
        _table("Log formats", about, ((f"[{f.title}]({f.address})", f.about) for f in read))
        + "\n## Convert other files first\n\nThe reader names these files with the command.\n\n"
        + "\n".join(["| file | command |", "|---|---|", *refused])
        + "\n\n## Column LogShape\n\nHow a row was recognised.\n\n"
        + "\n".join(
            ["| LogShape | what it is |", "|---|---|", *(f"| {n} | {s} |" for n, s in shapes)]
        )
        + "\n"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def sources_page() -> str:
    """Return the page of the sources that `load` reads: the modules that define their names."""
    names = [
        module.name for module in pkgutil.walk_packages(sources.__path__, "kubewitness.sources.")
    ]
    found = ((getattr(import_module(name), "SOURCE", ""), _summary(name)) for name in names)
    rows = [(f"`{word}`", summary) for word, summary in found if word]
    return _table(
        "Sources", "`kubewitness check SOURCE` recognises each by scheme or content.", rows
    )


def _summary(module: str) -> str:
    return (import_module(module).__doc__ or "").splitlines()[0]


def _table(title: str, about: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = (f"| {name} | {summary} |" for name, summary in rows)
    head = f"# {title}\n\nGenerated by `make docs`. {about}\n\n| name | what it is |\n|---|---|"
    return "\n".join([head, *lines]) + "\n"


def schema() -> str:
    """Return the schema from which Pulumi makes every language's SDK."""
    return json.dumps(json.loads(ComponentHost().schema or "{}"), indent=1) + "\n"


def outputs() -> dict[str, list[Output]]:
    """The outputs of each component, with the descriptions of the schema."""
    resources = json.loads(schema())["resources"]
    found = {}
    for component in COMPONENTS:
        described = resources[f"kubewitness:index:{component.__name__}"]["properties"]
        found[component.__name__] = [
            Output(name, get_args(output)[0], described[_camel(name)]["description"])
            for name, output in component.__annotations__.items()
        ]
    return found


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


def main() -> None:
    """Write them all; with `--check`, fail and name those that are stale instead."""
    if not SAMPLE.is_file():
        print(f"detection-agreement.md is left as it is: {NEEDS_SAMPLES}", file=sys.stderr)  # noqa: T201
    made = {**pages(), **pictures()}
    if "--check" in sys.argv:
        stale = [str(path) for path, text in made.items() if _text(path) != text]
        sys.exit(f"run `make docs`, these are stale: {', '.join(stale)}" if stale else 0)
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


if __name__ == "__main__":
    main()

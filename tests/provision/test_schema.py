"""Every language sees what Python sees, and what it saw before."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubewitness.provision.host import ComponentHost
from support.paths import DATA, ROOT
from support.schema_changes import breaking_changes

GOLDEN = ROOT / "components" / "schema.json"
RELEASED = DATA / "recorded" / "schema"
Schema = dict[str, Any]

ACCEPTED = {
    "kubewitness:index:SecureAksCluster.collected has another type": (
        "a category can go to several destinations"
    ),
    "kubewitness:index:AksAuditLogging.collected has another type": (
        "a category can go to several destinations"
    ),
}
"""What has been broken on purpose since the oldest schema, and why; none since a release."""


def today() -> Schema:
    """The schema that Pulumi's own analyzer makes of the components."""
    schema: Schema = json.loads(ComponentHost().schema or "{}")
    return schema


def test_the_schema_is_the_golden_one() -> None:
    """A change of it is seen in review; `make docs` writes it."""
    assert json.loads(GOLDEN.read_text("utf-8")) == today()


@pytest.mark.parametrize("file", sorted(RELEASED.glob("*.json")), ids=lambda path: path.stem)
def test_programs_written_against_an_earlier_schema_still_work(file: Path) -> None:
    """Unless it is said, with the reason, what was broken."""
    released = json.loads(file.read_text("utf-8"))
    assert set(breaking_changes(released, today())) <= ACCEPTED.keys()


CLUSTER = "kubewitness:index:SecureAksCluster"


def _drop(schema: Schema) -> None:
    del schema["resources"]["kubewitness:index:AuditArchive"]


def _drop_input(schema: Schema) -> None:
    del schema["resources"][CLUSTER]["inputProperties"]["tags"]


def _drop_output(schema: Schema) -> None:
    del schema["resources"][CLUSTER]["properties"]["kubeconfig"]


def _require(schema: Schema) -> None:
    schema["resources"][CLUSTER]["requiredInputs"].append("location")


def _require_within(schema: Schema) -> None:
    schema["types"]["kubewitness:index:ApiAccess"]["required"] = ["private"]


def _retype(schema: Schema) -> None:
    schema["resources"][CLUSTER]["inputProperties"]["mode"]["type"] = "boolean"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_drop, "kubewitness:index:AuditArchive is gone"),
        (_drop_input, f"{CLUSTER}.tags is gone"),
        (_drop_output, f"{CLUSTER}.kubeconfig is gone"),
        (_require, f"{CLUSTER}.location is required now"),
        (_require_within, "kubewitness:index:ApiAccess.private is required now"),
        (_retype, f"{CLUSTER}.mode has another type"),
    ],
)
def test_each_way_to_break_a_program_is_seen(change: Callable[[Schema], None], said: str) -> None:
    """What is gone, newly required, or of another type, also within a type."""
    changed = copy.deepcopy(today())
    change(changed)
    assert breaking_changes(today(), changed) == [said]


def test_what_is_added_breaks_nobody() -> None:
    """New components, optional arguments, outputs and words."""
    changed = copy.deepcopy(today())
    cluster = changed["resources"][CLUSTER]
    cluster["inputProperties"]["more"] = {"type": "string"}
    cluster["properties"]["more"] = {"type": "string"}
    cluster["required"] = [*cluster.get("required", ()), "more"]
    cluster["inputProperties"]["tags"]["description"] = "others"
    changed["resources"]["kubewitness:index:New"] = cluster
    assert breaking_changes(today(), changed) == []

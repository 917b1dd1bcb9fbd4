"""Whatever somebody writes into a file is read, or refused line by line, and never a crash."""

import json
import re
import tempfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.detections.allow_list import read_allow_list
from kubewitness.detections.detection import read_detection
from kubewitness.errors import InputError
from kubewitness.policies.settings_file import read_settings
from kubewitness.sources.program.answers import load_answers
from kubewitness.sources.program.project import load_project

EXEMPTION: Final = {
    "resource": "aks",
    "reason": "moves",
    "owner": "shop",
    "expires": "2027-06-30",
    "category": "guard",
}
DOCUMENTS: Final[dict[str, Any]] = {
    "settings.json": {
        "all": {"enforcementLevel": "advisory"},
        "kubewitness-common": {
            "totalDays": 400,
            "allowedDestinations": [{"id": "/a", "owner": "soc", "protection": "hindered"}],
            "exemptions": [{**EXEMPTION, "policy": "aks-*"}],
        },
        "aks-audit-logs": {
            "coverage": "any",
            "stacks": [
                {
                    "when": {"stack": "dev", "tags": {"a": "b"}},
                    "set": {"exemptions": [EXEMPTION], "coverage": "cis"},
                }
            ],
        },
        "aks-audit-logs-remediation": "remediate",
        "aks-entra-rbac": {
            "adminGroupObjectIds": ["00000000-0000-0000-0000-000000000000"],
            "undecided": "report",
        },
        "kubewitness-notes": "disabled",
    },
    "kubewitness.allow.yaml": {
        "version": 1,
        "allow": [
            {
                "reason": "r",
                "owner": "o",
                "expires": "2027-06-30",
                "rules": ["pod-exec"],
                "usernames": ["a*"],
                "namespaces": ["shop"],
            },
        ],
    },
    "kubewitness.answers.yaml": {
        "version": 1,
        "config": {"p:a": "x"},
        "functions": {"f": {"id": "i"}},
        "stacks": {"s": {"o": [1]}},
        "resources": {"/r": {"location": "l"}},
    },
    "rule.yaml": {
        "id": "0a3d6a52-0f0b-4a52-9d1b-6d7a2f1a4c00",
        "name": "n",
        "severity": "High",
        "query": "KubeAudit",
        "queryPeriod": "1h",
        "triggerThreshold": 0,
        "entityMappings": [
            {"entityType": "IP", "fieldMappings": [{"identifier": "A", "columnName": "B"}]}
        ],
        "kubewitness": {"needs": ["reads"], "falsePositives": ["f"], "response": ["r"]},
    },
    "Pulumi.yaml": {"name": "p", "runtime": {"name": "python"}, "config": {"a": {"value": 1}}},
}
READERS: Final[dict[str, Callable[[Path], object]]] = {
    "settings.json": read_settings,
    "kubewitness.allow.yaml": lambda path: read_allow_list(path, ["pod-exec"]),
    "kubewitness.answers.yaml": lambda path: load_answers(path.parent, path),
    "rule.yaml": lambda path: read_detection(path, "rule"),
    "Pulumi.yaml": lambda path: load_project(path.parent),
}
PYDANTIC: Final = re.compile(
    "Field required|Extra inputs|Input should|input|Value error|should (be|have|match)|"
    r"dictionary|tuple|instance|type=|Traceback|errors\.pydantic"
)

WORDS: Final = st.sampled_from(
    [
        "rule",
        "owner",
        "set",
        "exemptions",
        "2027-13-31",
        "1e999",
        "*a",
        "!a",
        "&a",
        "x\ny",
        "\ud800",
    ]
)
VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)


def containers(value: Any) -> list[Any]:
    """Every mapping and list in a document, from the outside in."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    here = [value] if isinstance(value, dict | list) else []
    return [*here, *(one for each in inner for one in containers(each))]


def mutate(document: Any, data: st.DataObject) -> Any:
    """One value changed, removed or added, or one key misspelt."""
    container = data.draw(st.sampled_from(containers(document) or [[]]))
    keys = list(container) if isinstance(container, dict) else list(range(len(container)))
    action = data.draw(st.sampled_from(["replace", "remove", "misspell", "add"])) if keys else ""
    key = data.draw(st.sampled_from(keys)) if keys else None
    if action == "replace":
        container[key] = data.draw(VALUES)
    elif action == "remove":
        del container[key]
    elif action == "misspell" and isinstance(key, str):
        container[key.swapcase() if len(key) < 3 else key[:-2] + key[-1]] = container.pop(key)
    elif isinstance(container, dict):
        container[data.draw(WORDS | st.text(max_size=4))] = data.draw(VALUES)
    elif isinstance(container, list):
        container.append(data.draw(VALUES))
    return document


def check(name: str, text: str) -> None:
    """Read a text as this file: it is accepted, or every fault begins with the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text, "utf-8", errors="surrogatepass")
        faults: tuple[str, ...] = ()
        try:
            READERS[name](path)
        except InputError as error:
            faults = error.faults
    for fault in faults:
        assert re.match(rf"{re.escape(str(path))}(:\d+)?: ", fault)
        assert "\n" not in fault
        assert not PYDANTIC.search(fault.removeprefix(str(path)))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_are_right_as_they_are(name: str, tmp_path: Path) -> None:
    """What is made wrong below is right here."""
    path = tmp_path / name
    path.write_text(json.dumps(DOCUMENTS[name]), "utf-8")
    READERS[name](path)


@pytest.mark.parametrize("name", DOCUMENTS)
@given(data=st.data())
def test_a_changed_document_is_read_or_refused_in_our_words(name: str, data: st.DataObject) -> None:
    """Whatever value stands wherever, in block style or in JSON."""
    document = deepcopy(DOCUMENTS[name])
    for _ in range(data.draw(st.integers(1, 3))):
        document = mutate(document, data)
    in_json = name.endswith("json") or data.draw(st.booleans())
    text = json.dumps(document, indent=1) if in_json else yaml.safe_dump(document)
    check(name, text)


@pytest.mark.parametrize("name", DOCUMENTS)
@given(data=st.data())
def test_a_damaged_text_is_read_or_refused_in_our_words(name: str, data: st.DataObject) -> None:
    """A piece of it lost, and other letters in its place."""
    text = json.dumps(DOCUMENTS[name], indent=1)
    if not name.endswith("json") and data.draw(st.booleans()):
        text = yaml.safe_dump(DOCUMENTS[name])
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    letters = st.text(st.sampled_from("{}[]:,-\"'\n\t &*!#|>%@`a1\x00é\ufeff"), max_size=5)
    check(name, text[:start] + data.draw(letters) + text[end:])

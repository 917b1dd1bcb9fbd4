"""Names of object IDs, from a file."""

import json
from pathlib import Path

import pytest

from kubewitness.errors import InputError
from kubewitness.investigate.identities import read_identities

ADA = "5b1a6f0e-6f3c-4f0d-9a57-0d2f0c2b7e11"
LISTED = {"id": ADA, "userPrincipalName": "ada@shop.example", "displayName": "Ada"}


@pytest.mark.parametrize(
    "text",
    [
        f"{ADA}: ada@shop.example\n",
        f'"{ADA.upper()}": ada@shop.example\n',
        json.dumps([LISTED]),
        json.dumps({"@odata.context": "", "value": [LISTED]}),
    ],
)
def test_a_name_is_found_by_its_id_in_any_case(tmp_path: Path, text: str) -> None:
    """A list of one's own, of the Azure CLI, or of Microsoft Graph."""
    path = tmp_path / "identities.yaml"
    path.write_text(text, "utf-8")
    found = read_identities(path)
    assert found.name(ADA) == found.name(ADA.upper()) == "ada@shop.example"
    assert found.name("other") is None
    assert found.ids("Ada@shop.example") == {ADA}


@pytest.mark.parametrize(
    ("text", "places"),
    [("a: 1\nb: {}\nc: d\n", ["1", "2"]), ('[{"id": "a"},\n {"displayName": "b"}]', ["1", "2"])],
)
def test_every_entry_without_id_or_name_is_reported(
    tmp_path: Path, text: str, places: list[str]
) -> None:
    """With its line."""
    path = tmp_path / "identities.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        read_identities(path)
    assert [fault.split(":")[1] for fault in caught.value.faults] == places


@pytest.mark.parametrize("text", ["", "a", "1", '"a"'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    """It has no names."""
    path = tmp_path / "identities.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match="has no identities"):
        read_identities(path)

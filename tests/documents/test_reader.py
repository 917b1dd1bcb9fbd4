"""A file that a person writes is read in one way, and what is wrong with it has a line."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.documents.reader import (
    Location,
    ParsedFile,
    read_documents,
    read_json,
    read_yaml,
)
from kubewitness.errors import InputError


def parsed(folder: Path, text: str, name: str = "file.yaml") -> ParsedFile:
    """A text as a file that was read."""
    path = folder / name
    path.write_text(text, "utf-8")
    return read_json(path) if path.suffix == ".json" else read_yaml(path)


def refusal(folder: Path, text: str, name: str = "file.yaml") -> str:
    """Why a text cannot be read, without the folder."""
    with pytest.raises(InputError) as error:
        parsed(folder, text, name)
    (fault,) = error.value.faults
    return fault.removeprefix(f"{folder}/")


TEXT = "# who\nowner: a\nallow:\n  - reason: r\n    images: [x,\n      y]\n  - {reason: s}\n"


@pytest.mark.parametrize(
    ("location", "position"),
    [
        ((), (2, 1)),
        (("owner",), (2, 1)),
        (("allow",), (3, 1)),
        (("allow", 0), (4, 5)),
        (("allow", 0, "images"), (5, 5)),
        (("allow", 0, "images", 1), (6, 7)),
        (("allow", 1, "reason"), (7, 6)),
        (("allow", 1, "missing"), (7, 5)),
        (("allow", 2), (3, 1)),
        (("owner", "below", 1), (2, 1)),
    ],
)
def test_a_value_has_a_line_and_a_column(
    location: Location, position: tuple[int, int], tmp_path: Path
) -> None:
    """One that is missing has those of what it is missing in."""
    file = parsed(tmp_path, TEXT)
    assert file.position(location) == position
    assert file.at(location) == f"{tmp_path / 'file.yaml'}:{position[0]}"


@pytest.mark.parametrize("indent", [2, "\t"])
def test_a_value_in_json_has_a_line_too(indent: int | str, tmp_path: Path) -> None:
    """Also with tabs, surrogates and slashes, which YAML's readers see otherwise."""
    document = {"a/b": "\U0001f600", "b": [{"c": 1}, {"d": "x\ty"}]}
    text = json.dumps(document, indent=indent).replace("/", "\\/")
    file = parsed(tmp_path, text, "file.json")
    assert file.data == document
    lines = [file.position(at) for at in (("a/b",), ("b", 1), ("b", 1, "d"))]
    assert [line and line[0] for line in lines] == [2, 7, 8]


def test_of_a_key_that_stands_twice_the_last_counts_and_has_the_line(tmp_path: Path) -> None:
    """As the value that was read is the last."""
    assert parsed(tmp_path, "a: 1\na: 2\n").at(("a",)).endswith(":2")


@pytest.mark.parametrize("text", ["{}", "", '{"a": "\x7f"}'])
def test_a_file_whose_lines_are_not_found_has_its_name(text: str) -> None:
    """The fault is told all the same."""
    assert ParsedFile(Path("f"), {}, text).at(("x",)) in {"f", "f:1"}


def test_yaml_is_what_the_pulumi_cli_reads(tmp_path: Path) -> None:
    """YAML 1.2: no sexagesimal numbers, no dates, no `off`; and keys are text, as in JSON."""
    text = "a: off\nb: 12:30\nc: 2027-02-30\nd: 0x1F\ne: true\n5: y\nnull: ~\nf: 007\non: 1.5\n"
    assert parsed(tmp_path, text).data == {
        "a": "off",
        "b": "12:30",
        "c": "2027-02-30",
        "d": 31,
        "e": True,
        "5": "y",
        "null": None,
        "f": "007",
        "on": 1.5,
    }


def test_anchors_and_merges_are_read(tmp_path: Path) -> None:
    """Also where one stands in another."""
    text = "a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b, x: 3}\n"
    assert parsed(tmp_path, text).data["c"] == {"x": 3, "y": 2}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n  b: [1", "file.yaml:2: cannot be read as YAML: did not find expected ',' or ']'"),
        ("a: 1\n---\nb: 2", "file.yaml:2: cannot be read as YAML: the file has several documents"),
        (
            "\na: *b",
            "file.yaml:2: cannot be read as YAML: unknown alias; put text that begins with",
        ),
        ("a: !b c", "file.yaml:1: cannot be read as YAML: unknown tag; put text that begins with"),
        ("a: &a [*a]", "file.yaml:1: cannot be read as YAML: a value contains itself by an alias"),
        ("? [a]\n: b", "file.yaml:1: cannot be read as YAML: a key must be text"),
        (
            "a: &x 1\nb: &x 2",
            "file.yaml:2: cannot be read as YAML: two anchors (`&`) have the same",
        ),
        ("a: !!bool b", "file.yaml: cannot be read as YAML: a value does not match its tag (`!!`)"),
        ("a: !!timestamp b", "file.yaml: cannot be read as YAML: a value does not match its tag"),
        ("a: \x00", "file.yaml: cannot be read as YAML: has a character that YAML does not allow"),
        ("[" * 100_000, "file.yaml: cannot be read as YAML: is nested too deeply"),
        ("- " * 100_000, "file.yaml: cannot be read as YAML: is nested too deeply"),
        ("{a: " * 100_000, "file.yaml: cannot be read as YAML: is nested too deeply"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_no_yaml_is_told_on_one_line(text: str, told: str, tmp_path: Path) -> None:
    """With the line where it is known, and no crash of the reader in C."""
    found = refusal(tmp_path, text)
    assert found.startswith(told)
    assert "\n" not in found


TEN = ", ".join(["*{}"] * 10)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            [
                "a0: &a0 [x, x]",
                *(f"a{i}: &a{i} [{TEN.replace('{}', f'a{i - 1}')}]" for i in range(1, 30)),
            ],
            "aliases (`*`) expand to more than 1,000,000 values",
        ),
        (
            [
                "a0: &a0 {k: v}",
                *(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}" for i in range(1, 40)),
            ],
            "aliases (`*`) expand to more than 1,000,000 values",
        ),
        (
            [f"a: &a {'x' * 100_000}", "b:", *["- *a"] * 1000],
            "aliases (`*`) expand to more than 1,000,000 values",
        ),
        (
            ["a0: &a0 [x]", *(f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 900))],
            "is nested too deeply",
        ),
        (["a: &a", "- b: [*a]"], "a value contains itself by an alias"),
    ],
    ids=["lists", "merged mappings", "a long text", "depth", "itself"],
)
def test_aliases_that_stand_for_too_much_are_refused_at_once(
    lines: list[str], words: str, tmp_path: Path
) -> None:
    """Whoever walks the document would take minutes and gigabytes."""
    start = time.process_time()
    assert words in refusal(tmp_path, "\n".join(lines))
    assert time.process_time() - start < 5


def test_aliases_of_an_ordinary_file_are_read(tmp_path: Path) -> None:
    """Stack files share settings by anchors."""
    text = "a: &a {k: 1}\nb: {<<: *a, l: 2}\nc: [*a, *a]"
    document = {"a": {"k": 1}, "b": {"k": 1, "l": 2}, "c": [{"k": 1}, {"k": 1}]}
    assert parsed(tmp_path, text).data == document


def test_a_long_query_is_not_nested(tmp_path: Path) -> None:
    """What has many columns or brackets is looked at more closely, and read."""
    text = f"query: {'x' * 5000}\nlist: [{'[],' * 5000}]\n"
    assert len(parsed(tmp_path, text).data["list"]) == 5000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{\n "a": 1,\n}', "file.json:3: cannot be read as JSON: Expecting property name enclosed"),
        ("", "file.json:1: cannot be read as JSON: Expecting value"),
        ("[" * 100_000, "file.json: cannot be read as JSON: is nested too deeply"),
        ("9" * 5000, "file.json: cannot be read as JSON: has a number or"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_no_json_is_told_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    """And without what stands there."""
    assert refusal(tmp_path, text, "file.json").startswith(told)


@pytest.mark.parametrize(("name", "language"), [("file.json", "JSON"), ("file.yaml", "YAML")])
def test_what_is_no_text_or_not_there_is_told(name: str, language: str, tmp_path: Path) -> None:
    """As `FILE: what is wrong`, like any other fault."""
    read = {"JSON": read_json, "YAML": read_yaml}[language]
    path = tmp_path / name
    with pytest.raises(InputError, match=r"^.*: cannot be read: No such file or directory$"):
        read(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=rf": cannot be read as {language}: is not UTF-8$"):
        read(path)


def test_what_a_file_must_be_is_told_where_it_is_not_json(tmp_path: Path) -> None:
    """The reader of a state says what a state is."""
    (tmp_path / "f").write_text("x", "utf-8")
    with pytest.raises(InputError, match=r"f:1: cannot be read as JSON: .*; a state is wanted$"):
        read_json(tmp_path / "f", "a state is wanted")


def test_several_documents_are_read_where_they_are_wanted(tmp_path: Path) -> None:
    """Sigma's files have them."""
    path = tmp_path / "file.yaml"
    path.write_text("a: 1\n---\n- b\n", "utf-8")
    assert read_documents(path) == [{"a": 1}, ["b"]]


def test_a_mapping_is_demanded(tmp_path: Path) -> None:
    """An empty file is an empty one."""
    assert parsed(tmp_path, "# nothing\n").mapping() == {}
    with pytest.raises(InputError, match=r"file\.yaml:2: the file: must be a mapping, as `key: va"):
        parsed(tmp_path, "# a list\n- a\n").mapping()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda x: st.lists(x) | st.dictionaries(st.text(), x),
)


@given(document=st.dictionaries(st.text(), JSON, min_size=1), data=st.data())
def test_every_place_of_every_document_has_a_position(
    document: dict[str, object], data: st.DataObject
) -> None:
    """However its keys are called; lines are counted as an editor does."""
    text = json.dumps(document, indent=1)
    key = data.draw(st.sampled_from(sorted(document)))
    position = ParsedFile(Path("f"), document, text).position((key,))
    if position is not None:
        line, column = position
        assert text.split("\n")[line - 1][column - 1] in '"{'

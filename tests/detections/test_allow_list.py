"""What is allowed is left out, and nothing else; who allows what says why, and until when."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pytest
from duckdb_kql import kql
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kubewitness.cli import engines
from kubewitness.detections.allow_list import Allowed, AllowList, read_allow_list
from kubewitness.detections.detection import Detection
from kubewitness.detections.finding import Finding
from kubewitness.detections.library import all_detections, cases
from kubewitness.errors import ExitCode, InputError
from support.command import run

TODAY = datetime.now(UTC).date()
EXEC = next(rule for rule in all_detections() if rule.slug == "pod-exec")
ATTACK = cases(EXEC, "malicious")["exec-as-get"]
WHO = "mallory@shop.example"

NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="*", exclude_categories=["Cs"]), min_size=1
)


def allowed(**entry: Any) -> AllowList:
    """A list of one entry."""
    known: dict[str, Any] = {"reason": "r", "expires": TODAY, **entry}
    return AllowList(version=1, allow=(Allowed.model_validate(known),))


def left(entry: AllowList, table: str, row: dict[str, str]) -> bool:
    """Whether a row of a table is still found."""
    connection = duckdb.connect()
    columns = ", ".join(f"? AS {name}" for name in row)
    connection.execute(f"CREATE TABLE {table} AS SELECT {columns}", list(row.values()))
    text = f"{table} | count"
    ((count,),) = kql(connection, entry.prelude("pod-exec", text, TODAY) + text).fetchall()
    return bool(count)


@given(name=NAMES, other=NAMES)
@example(name='"', other="x")
@example(name='\\" | take 0 //', other="x")
@example(name='") or true or ("', other="x")
@example(name="(a|b)?.[c]^$", other="a")
@example(name="a\nb", other="a")
@example(name="a.b", other="axb")
@example(name="a_b:c@d/e-f+g", other="a")
@settings(max_examples=60)
def test_a_name_means_itself_and_no_other(name: str, other: str) -> None:
    """Whatever letters it has: it cannot end the string of KQL, nor be a regular expression."""
    entry = allowed(usernames=[name])
    assert not left(entry, "KubeAudit", {"Username": name})
    same = name.casefold() == other.casefold() or name.upper() == other.upper()
    assert same or left(entry, "KubeAudit", {"Username": other})


@pytest.mark.parametrize(
    ("glob", "name", "found"),
    [
        ("system:serviceaccount:flux-system:*", "system:serviceaccount:flux-system:helm", False),
        ("system:serviceaccount:flux-system:*", "system:serviceaccount:flux-system2:helm", True),
        ("*@shop.example", "Ana@Shop.Example", False),
        ("*@shop.example", "ana@shop.example.evil", True),
        ("*", "a name of words", False),
        ("ana", "joana", True),
    ],
)
def test_a_star_stands_for_any_text_and_case_does_not_matter(
    glob: str, name: str, *, found: bool
) -> None:
    """From the beginning to the end of a name."""
    entry = allowed(usernames=[glob], rules=["pod-exec"])
    assert left(entry, "KubeAudit", {"Username": name}) == found


@pytest.mark.parametrize(
    ("images", "found"),
    [
        ("registry.example/team/app:1", False),
        ("registry.example/team/app:1 registry.example/team/proxy:2", False),
        ("registry.example/team/app:1 evil.example/miner:1", True),
        ("evil.example/miner:1 registry.example/team/app:1", True),
        ("evil.example/registry.example/team/app:1", True),
        ("", True),
    ],
)
@pytest.mark.parametrize("table", ["KubeAuditPodSpecs", "KubeAuditContainers"])
def test_images_are_allowed_where_all_containers_run_such(
    table: str, images: str, *, found: bool
) -> None:
    """A sidecar does not ride along."""
    entry = allowed(images=["registry.example/team/*"])
    assert left(entry, table, {"Images": images}) == found


def test_an_entry_leaves_out_what_all_it_names_have_in_common() -> None:
    """A user in a namespace, not all of the user or of the namespace."""
    entry = allowed(usernames=[WHO], namespaces=["shop"])
    for username, namespace, found in (
        (WHO, "shop", False),
        (WHO, "bank", True),
        ("ana@shop.example", "shop", True),
    ):
        row = {"Username": username, "Namespace": namespace}
        assert left(entry, "KubeAudit", row) == found


@pytest.mark.parametrize(
    ("entry", "table", "said"),
    [
        ({"usernames": [WHO]}, "AzureActivity", True),
        ({"usernames": [WHO], "namespaces": ["shop"]}, "AzureActivity", False),
        ({"images": ["a/*"]}, "AzureActivity", False),
        ({"images": ["*"], "usernames": [WHO]}, "KubeAudit", False),
        ({"images": ["*"], "usernames": [WHO]}, "KubeAuditPodSpecs", True),
        ({"namespaces": ["shop"]}, "KubeAuditCommands", True),
        ({"namespaces": ["shop"], "rules": ["pod-exec"]}, "KubeAudit", True),
        ({"namespaces": ["shop"], "rules": ["another"]}, "KubeAudit", False),
        ({"namespaces": ["shop"], "expires": TODAY - timedelta(days=1)}, "KubeAudit", False),
    ],
)
def test_an_entry_is_said_only_where_it_can_be_said_whole(
    entry: dict[str, Any], table: str, *, said: bool
) -> None:
    """A part of it would allow too much: a namespace says nothing of AzureActivity."""
    assert (table in allowed(**entry).conditions("pod-exec", TODAY)) == said


def write(folder: Path, *entries: str) -> Path:
    """A file of entries."""
    path = folder / "kubewitness.allow.yaml"
    path.write_text("\n".join(["version: 1", "allow:", *(f"  - {entry}" for entry in entries)]))
    return path


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    """Each with its place."""
    path = write(
        tmp_path,
        '{reason: "", expires: 2999-01-01, usernames: ["*"]}',
        "{reason: r, expires: soon, usernames: [a]}",
        "{reason: r, expires: 2999-01-01, usernames: [a], rules: [pod-exce]}",
        "{reason: r, expires: 2999-01-01}",
        "{reason: r, expires: 2999-01-01, users: [a]}",
        "{expires: 2999-01-01, usernames: [a]}",
    )
    with pytest.raises(InputError) as raised:
        read_allow_list(path, ["pod-exec"])
    places = [
        re.sub(rf"^{re.escape(str(path))}:(\d+): ([^:]*): .*", r"\1 \2", f)
        for f in raised.value.faults
    ]
    entry = "allow, entry {}".format
    assert places == [
        f"3 {entry(1)}, reason",
        f"4 {entry(2)}, expires",
        f"5 {entry(3)}, rules",
        f"6 {entry(4)}",
        f"7 {entry(5)}, users",
        f"8 {entry(6)}, reason",
    ]
    assert "no detection is called `pod-exce`; did you mean `pod-exec`?" in str(raised.value)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{reason: r, expires: 2999-01-01, usernames: a}", "must be a list, as `[a, b]`"),
        (
            "{reason: r, expires: 2999-01-01, username: [a]}",
            "unknown key; did you mean `usernames`?",
        ),
        (
            "{reason: r, expires: 2999-01-01, zzz: [a]}",
            "unknown key; the keys here are reason, own",
        ),
        ("{reason: r, expires: 2999-01-01, usernames: [5]}", "entry 1: must be text"),
        ("{reason: r, expires: soon, usernames: [a]}", "must be a date, as 2027-06-30"),
        ("{reason: r, usernames: [a]}", "expires: is missing; add it"),
        ("a word", "must be a mapping, as `key: value`"),
    ],
)
def test_faults_are_told_in_the_words_of_yaml(entry: str, said: str, tmp_path: Path) -> None:
    """Not in those of what reads it."""
    with pytest.raises(InputError) as raised:
        read_allow_list(write(tmp_path, entry), [])
    told = str(raised.value)
    assert said in told
    assert not re.search("tuple|dictionary|instance|Extra|Input|Field required", told)


@pytest.mark.parametrize(
    "entry",
    [{"usernames": ["*"]}, {"namespaces": ["a", "**"]}, {"usernames": ["*"], "images": ["*"]}],
)
def test_an_entry_that_allows_everything_is_refused_unless_it_names_rules(
    entry: dict[str, Any],
) -> None:
    """One line would end every detection; who wants to be rid of one names it."""
    with pytest.raises(ValidationError, match="allows everything"):
        allowed(**entry)
    assert allowed(**entry, rules=["pod-exec"]).allow
    assert allowed(**{**entry, "namespaces": ["shop"]}).allow


def test_a_day_that_no_calendar_has_is_a_fault_beside_the_others(tmp_path: Path) -> None:
    """PyYAML raises on one that is not quoted, and says not where."""
    path = write(
        tmp_path,
        "{reason: r, owner: o, expires: 2027-13-31, usernames: [a]}",
        "{reason: r, owner: o, expires: 2027-02-30, usernames: [a]}",
        "{owner: o, expires: 2999-01-01, usernames: [a]}",
    )
    with pytest.raises(InputError) as raised:
        read_allow_list(path, [])
    assert len(raised.value.faults) == 3
    assert "out" in raised.value.faults[0]


@pytest.mark.parametrize("text", ["- a", "version: 2", "a: [", "allow: []", ""])
def test_a_file_that_is_no_allow_list_is_told(text: str, tmp_path: Path) -> None:
    """Without a traceback, and never taken for an empty one."""
    path = tmp_path / "kubewitness.allow.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match="allow"):
        read_allow_list(path, [])


def hunted(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, int, str]:
    """Hunt for pod-exec in the attack; return exit code, findings, and what was said besides."""
    code, out, err = run(capsys, "hunt", ATTACK, "--rule", "pod-exec", "--format", "json", *words)
    return code, json.loads(out)["summary"]["findings"], err


@pytest.mark.parametrize(
    ("expires", "said"),
    [(date(2999, 1, 1), ()), (TODAY, ()), (TODAY - timedelta(days=1), ("warning", "expired on"))],
)
def test_an_entry_holds_to_its_last_day_and_its_end_is_told(
    expires: date,
    said: Sequence[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It does not hold for ever because nobody looked."""
    path = write(tmp_path, f'{{reason: "on call", expires: {expires}, usernames: ["{WHO}"]}}')
    code, found, err = hunted(capsys, "--allow", path)
    assert (code, found) == ((ExitCode.VIOLATION, 1) if said else (ExitCode.OK, 0))
    assert all(word in err for word in (*said, *(["on call"] if said else [])))


def test_the_file_of_the_present_folder_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And may name a detection that is not looked for now."""
    assert hunted(capsys)[1] == 1
    others = [rule.slug for rule in all_detections()]
    entry = f'{{reason: r, expires: 2999-01-01, rules: [{", ".join(others)}], namespaces: ["*"]}}'
    write(tmp_path, entry)
    monkeypatch.chdir(tmp_path)
    assert hunted(capsys)[1] == 0


def test_a_list_that_nobody_named_is_told_with_what_it_took_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a file that lies about would make all well in silence."""
    old = f"{{reason: r, expires: {TODAY - timedelta(days=1)}, usernames: [a]}}"
    path = write(tmp_path, f'{{reason: r, expires: 2999-01-01, usernames: ["{WHO}"]}}', old)
    words = ("hunt", ATTACK, "--rule", "pod-exec", "--format", "json")
    code, out, err = run(capsys, *words, "--allow", path)
    assert "note: " not in err
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *words)
    document = json.loads(out)
    assert (code, document["summary"]["findings"], document["summary"]["allowed"]) == (0, 0, 1)
    assert document["allow_list"] == {"file": "kubewitness.allow.yaml", "entries": 1}
    assert len(document["warnings"]) == 1
    assert err.splitlines()[-1] == (
        "note: kubewitness.allow.yaml in the current directory is used: valid entries 1, "
        "findings left out 1"
    )


@pytest.mark.parametrize(("name", "allowed"), [(WHO, 1), ("ana@shop.example", 0)])
def test_the_last_line_counts_what_is_allowed(
    name: str, allowed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the rules find without the list and not with it."""
    path = write(tmp_path, f'{{reason: r, expires: 2999-01-01, usernames: ["{name}"]}}')
    _, out, _ = run(capsys, "hunt", ATTACK, "--rule", "pod-exec", "--allow", path)
    last = out.splitlines()[-1]
    assert f"findings {1 - allowed}, allowed {allowed}, informational 0" in last


def test_in_the_cloud_a_list_is_told_and_what_it_took_away_is_not_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each rule would be paid for, or waited for, a second time."""

    class Empty:
        """A workspace in which nothing is found."""

        refused: ClassVar[dict[str, Sequence[str]]] = {}

        def run(self, _rule: Detection) -> Iterator[Finding]:
            return iter(())

    monkeypatch.setitem(engines._CLOUD, "adx://", lambda *_: Empty())
    write(tmp_path, "{reason: r, expires: 2999-01-01, usernames: [a]}")
    for folder, said, count in ((tmp_path, True, None), (Path("/"), False, 0)):
        monkeypatch.chdir(folder)
        code, out, err = run(
            capsys, "hunt", "adx://c.r/d", "--rule", "pod-exec", "--format", "json"
        )
        assert (code, json.loads(out)["summary"]["allowed"]) == (ExitCode.OK, count)
        assert ("findings left out not counted here" in err) == said
    monkeypatch.chdir(tmp_path)
    assert "allowed not counted, " in run(capsys, "hunt", "adx://c.r/d", "--rule", "pod-exec")[1]


def test_a_detection_not_looked_for_now_may_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is the same for each hunt."""
    path = write(tmp_path, "{reason: r, expires: 2999-01-01, rules: [pod-exec], usernames: [a]}")
    (tmp_path / "mine.yaml").write_text("name: n\nquery: AKSAudit | where Verb == 'none'\n")
    words = ("hunt", ATTACK, "--rules", tmp_path / "mine.yaml", "--allow", path)
    assert run(capsys, *words)[0] == ExitCode.OK

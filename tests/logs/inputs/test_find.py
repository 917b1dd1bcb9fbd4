"""Which files a word means: each once, in order, and every fault at once."""

import io
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kubewitness.errors import InputError
from kubewitness.logs.inputs.find import find_log_files


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of logs, which is the working directory, without anything from the clouds."""
    names = ("b.log", "a.log.gz", "2026/11/d.log", "2026/c.log", ".hidden.log", ".cache/e.log")
    for name in (*names, ".kubewitness-seal/0001.json", "empty/.keep"):
        file = tmp_path / "logs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path.resolve() / "logs"


def names(*words: str) -> list[str]:
    """The names that the words come to, from the folder of logs on."""
    return [file.name.rpartition("/logs/")[2] for file in find_log_files(words)]


def faults(*words: str) -> list[str]:
    """The faults of the words."""
    with pytest.raises(InputError) as caught:
        find_log_files(words)
    return list(caught.value.faults)


ALL = ["2026/11/d.log", "2026/c.log", "a.log.gz", "b.log"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["logs/b.log"], ["b.log"]),
        (["logs/.hidden.log"], [".hidden.log"]),
        (["logs/.cache"], [".cache/e.log"]),
        (["logs"], ALL),
        (["."], ALL),
        (["logs/*"], ALL),
        (["logs/**/*.log"], ["2026/11/d.log", "2026/c.log", "b.log"]),
        (["logs/b.log", "logs", "logs/../logs/b.log"], ["b.log", *ALL[:3]]),
        (["logs/[ab].log*"], ["a.log.gz", "b.log"]),
        (["logs/.*"], [".cache/e.log", ".hidden.log"]),
        ([], []),
    ],
)
def test_a_word_is_a_file_a_folder_or_a_glob(
    logs: Path, words: list[str], expected: list[str]
) -> None:
    """Sorted by path within a word, each file at its first word, hidden ones only when named."""
    assert logs.is_dir()
    assert names(*words) == expected


def test_a_file_is_its_absolute_path_its_size_and_its_bytes(logs: Path) -> None:
    """A link has the name of what it points to, so that no file is read twice."""
    (logs / "link.log").symlink_to("b.log")
    [file] = find_log_files(["logs/link.log", "logs/b.log"])
    assert (file.name, file.size) == ((logs / "b.log").as_posix(), 5)
    with file.open() as stream:
        assert stream.read() == b"b.log"


def test_a_file_named_like_a_pattern_is_that_file(logs: Path) -> None:
    """What is there goes before what it would match."""
    (logs / "[ab].log").touch()
    assert names("logs/[ab].log") == ["[ab].log"]


def test_links_are_followed_and_circles_end(logs: Path, tmp_path: Path) -> None:
    """`/var/log/containers` holds nothing but links."""
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "f.log").touch()
    (logs / "2026" / "up").symlink_to(logs)
    (logs / "there").symlink_to(outside)
    found = [Path(file.name).name for file in find_log_files(["logs"])]
    assert found == ["d.log", "c.log", "a.log.gz", "b.log", "f.log"]


def test_a_name_that_is_no_text_can_be_shown_and_opened(logs: Path) -> None:
    """Bytes that are no UTF-8 are legal in paths."""
    odd = os.fsdecode(os.fsencode(logs) + b"/caf\xe9.log")
    Path(odd).write_bytes(b"x")
    [file] = find_log_files([odd])
    assert file.name == f"{logs.as_posix()}/caf\\xe9.log"
    with file.open() as stream:
        assert stream.read() == b"x"


def test_a_pipe_is_read_when_named(logs: Path) -> None:
    """Shells hand over pipes: `kubewitness ingest <(zcat …)`; in a folder one would block."""
    os.mkfifo(logs / "pipe")
    assert names("logs") == ALL
    [file] = find_log_files(["logs/pipe"])
    assert (file.name, file.size) == ((logs / "pipe").as_posix(), None)


def test_a_pipe_without_a_path_of_its_own_is_read() -> None:
    """What `/dev/fd/63` links to can be named, but not opened."""
    reader, writer = os.pipe()
    os.write(writer, b"piped")
    os.close(writer)
    [file] = find_log_files([f"/dev/fd/{reader}"])
    with file.open() as stream:
        assert (file.name, stream.read()) == (f"/dev/fd/{reader}", b"piped")
    os.close(reader)


def test_standard_input_is_read_once_and_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes do not come twice, which must not look like an empty file."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\x1f\x8b" * 100_000)))
    [file] = find_log_files(["-", "-"])
    assert (file.name, file.size) == ("-", None)
    with file.open() as stream:
        assert stream.read() == b"\x1f\x8b" * 100_000
    assert not sys.stdin.closed
    with pytest.raises(InputError, match="can be read once"):
        file.open()


def test_every_fault_is_told_at_once(logs: Path) -> None:
    """What, where and how to fix it."""
    (logs / "broken.log").symlink_to("nowhere")
    nothing = "no such file or folder"
    assert faults(
        "logs", "missing.log", "logs/b.log/x", "logs/*.json", "logs/empty", "logs/.kubewitness-seal"
    ) == [
        f"logs/broken.log: cannot be read: {os.strerror(2)}; fix it, or leave it out",
        f"missing.log: {nothing}",
        f"logs/b.log/x: {nothing}",
        f"logs/*.json: {nothing}",
        f"logs/empty: {nothing}",
        f"logs/.kubewitness-seal: {nothing}",
    ]


def test_what_may_not_be_read_is_a_fault(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a folder that a glob would pass over in silence. Root may read all, so it is feigned."""
    refused = {"logs/b.log", "logs/2026/11/"}
    monkeypatch.setattr(os, "access", lambda path, _mode: str(path) not in refused)
    assert logs.is_dir()
    assert faults("logs/b.log", "logs/**/*.log") == [
        "logs/b.log: cannot be read; allow it to be read by you",
        "logs/2026/11/: cannot be read; allow it, or choose another pattern",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_listed_is_a_fault(logs: Path) -> None:
    """With `r` alone its files have names, with `x` alone none."""
    for mode in (0o000, 0o400, 0o100):
        (logs / "2026").chmod(mode)
        assert "Permission denied" in faults("logs")[0]
    (logs / "2026").chmod(0o700)


def test_a_file_that_vanishes_is_a_fault_of_that_file(logs: Path) -> None:
    """Logs are rotated while they are read."""
    [file] = find_log_files(["logs/b.log"])
    (logs / "b.log").unlink()
    with pytest.raises(InputError, match=r"/logs/b\.log: cannot be read: No such file"):
        file.open()


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("gs://bucket/logs", "copy the objects here first with `gcloud storage cp --recursive`"),
        ("S3A://bucket/logs", "write `s3://BUCKET/PREFIX`"),
        ("file:///var/log/audit.log", "write the path alone"),
        ("ftp://host/logs", "known: s3://, az://, cloudwatch://, log-analytics://, adx://"),
    ],
)
def test_an_unknown_scheme_comes_with_a_hint(word: str, hint: str) -> None:
    """Whoever wrote it meant something."""
    scheme = word.partition("//")[0] + "//"
    assert faults(word) == [f"{word}: `{scheme}` is not a supported scheme; {hint}"]


def test_a_window_needs_time_zones_and_an_order() -> None:
    """Local time would silently mean something else on another machine."""
    early, late = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    assert find_log_files([], since=early, until=late) == []
    with pytest.raises(InputError, match="later than until"):
        find_log_files([], since=late, until=early)
    with pytest.raises(InputError) as caught:
        find_log_files(["-"], since=early.replace(tzinfo=None), until=late.replace(tzinfo=None))
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["since", "until"]


@pytest.mark.parametrize(
    ("word", "module", "extra"),
    [
        ("s3://bucket/logs", "boto3", "aws"),
        ("s3://bucket/logs", "cloudpathlib", "aws"),
        ("cloudwatch:///aws/eks/prod/cluster", "boto3", "aws"),
        ("az://container/logs", "azure.core.exceptions", "azure"),
        ("az://container/logs", "azure.identity", "azure"),
    ],
)
def test_a_missing_extra_is_named(
    word: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads files needs no cloud's SDK; whoever needs it learns its name."""
    monkeypatch.setitem(sys.modules, module, None)
    assert faults(word)[0].endswith(f"; install kubewitness[{extra}]")


def test_importing_loads_neither_pulumi_nor_any_cloud() -> None:
    """Reading a file starts quickly."""
    heavy = {"pulumi", "boto3", "botocore", "cloudpathlib", "azure"}
    code = f"import sys, kubewitness.logs.inputs.find; sys.exit(bool({heavy!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

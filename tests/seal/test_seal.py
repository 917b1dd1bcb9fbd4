"""Sealing and verifying log files, as a library and as the command `kubewitness seal`."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, BinaryIO

import pytest
import rfc8785

from kubewitness import cli
from kubewitness.errors import ExitCode, InputError, NothingToCheckError
from kubewitness.seal import (
    ByteRange,
    EditedError,
    ManifestError,
    SealFinding,
    SealFindingKind,
    create_seal,
    digests,
    verify_seal,
)
from kubewitness.seal.digests import read_digests
from support.standalone_seal import STANDALONE

Done = tuple[int, str, str]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder with two logs."""
    folder = tmp_path / "logs"
    (folder / "nodes").mkdir(parents=True)
    (folder / "audit.log").write_bytes(b"".join(b"line %04d\n" % n for n in range(100)))
    (folder / "nodes" / "kubelet.log").write_bytes(b"started\n")
    return folder


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    """A pair of keys, as OpenSSL writes them."""
    return make_keys(tmp_path, "mine")


def make_keys(folder: Path, name: str, passphrase: bytes = b"") -> tuple[Path, Path]:
    """A private and a public key in PEM, the private one encrypted where a passphrase is given."""
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    key = ed25519.Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    encryption = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase)
    private.write_bytes(key.private_bytes(pem, pkcs8, encryption))
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(key.public_key().public_bytes(pem, info))
    return private, public


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Done:
    """The command `kubewitness seal`: exit code, output, errors."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        cli.main(["seal", *map(str, arguments)])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    assert "internal error" not in printed.err
    code = stopped.value.code
    assert isinstance(code, int)
    return int(code), printed.out, printed.err


def first(folder: Path) -> Path:
    """The first manifest of a folder."""
    return folder / ".kubewitness-seal" / "00000001.json"


def kinds(folder: Path) -> dict[str, SealFindingKind]:
    """What verifying without an anchor says of each path."""
    return {finding.path: finding.kind for finding in verify_seal(folder).findings}


def test_the_manifest_is_canonical_json_over_raw_bytes(logs: Path) -> None:
    """Whole and block by block; the head is the hash of the manifest's own bytes."""
    result = create_seal(logs, block_size=600)
    data = first(logs).read_bytes()
    document = json.loads(data)
    raw = (logs / "audit.log").read_bytes()
    assert result.head == hashlib.sha256(data).hexdigest()
    assert rfc8785.dumps(document) == data
    assert document.pop("createdAt").endswith("Z")
    assert document["files"][0] == {
        "path": "audit.log",
        "size": 1000,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "blocks": [hashlib.sha256(part).hexdigest() for part in (raw[:600], raw[600:])],
    }
    assert document["files"][1]["path"] == "nodes/kubelet.log"


def test_intact_and_anchored_is_exit_code_0(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The head that `create` prints is what `verify` takes; the last line counts."""
    code, out, _ = run(capsys, "create", logs)
    assert code == 0
    assert out.splitlines()[-1] == (
        "manifest 1: 2 files and 1008 bytes sealed: new 2, grown 0, not sealed 0"
    )
    head = out.splitlines()[0].removeprefix("head ")
    code, out, err = run(capsys, "verify", logs, "--head", head.upper())
    assert (code, err) == (0, "")
    assert out == (
        "anchored: manifest 1 by its head\n"
        "intact: 2 files and 1008 bytes sealed by 1 manifest, anchored up to 1: intact 2, edits 0, "
        "grown 0, not sealed 0, unauthenticated 0, unreadable 0\n"
    )


def test_without_an_anchor_it_is_undecided_and_says_what_it_cannot_know(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 4, and 0 only for a caller who accepts that."""
    create_seal(logs)
    code, out, _ = run(capsys, "verify", logs)
    assert code == 4
    assert "whether the newest manifests were removed" in out
    assert "whether the whole chain was created again" in out
    assert run(capsys, "verify", logs, "--unanchored")[0] == 0


def test_unanchored_accepts_no_edit(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor an anchor that does not hold."""
    create_seal(logs)
    assert run(capsys, "verify", logs, "--unanchored", "--head", "0" * 64)[0] == 1
    (logs / "audit.log").write_bytes(b"")
    assert run(capsys, "verify", logs, "--unanchored")[0] == 1


def test_an_edit_is_located_to_its_block(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File and byte range, as a table and as a document with a version."""
    create_seal(logs, block_size=64)
    data = bytearray((logs / "audit.log").read_bytes())
    data[500] ^= 1
    (logs / "audit.log").write_bytes(data)
    code, out, _ = run(capsys, "verify", logs)
    assert code == 1
    assert "CHANGED audit.log\n" in out
    assert "bytes 448-511 (manifest 1)" in out
    code, out, _ = run(capsys, "verify", logs, "--format", "json")
    document = json.loads(out)
    assert (code, document["version"], document["verdict"]) == (1, 1, "edited")
    assert document["findings"][0]["ranges"] == [{"start": 448, "end": 512}]


def test_each_kind_of_edit_has_its_name(logs: Path) -> None:
    """Renamed, swapped, duplicated, dropped, truncated, grown and unsealed are told apart."""
    audit, kubelet = logs / "audit.log", logs / "nodes" / "kubelet.log"
    create_seal(logs, block_size=64)
    audit.rename(logs / "moved.log")
    assert kinds(logs) == {"audit.log": SealFindingKind.RENAMED}
    kubelet.rename(audit)
    (logs / "moved.log").rename(kubelet)
    assert kinds(logs) == {
        "audit.log": SealFindingKind.SWAPPED,
        "nodes/kubelet.log": SealFindingKind.SWAPPED,
    }
    kubelet.rename(audit)
    assert kinds(logs) == {"nodes/kubelet.log": SealFindingKind.DROPPED}
    kubelet.write_bytes(b"started\nstopped\n")
    assert kinds(logs) == {"nodes/kubelet.log": SealFindingKind.GROWN}
    kubelet.write_bytes(b"started")
    assert kinds(logs) == {"nodes/kubelet.log": SealFindingKind.TRUNCATED}
    kubelet.write_bytes(b"started\n")
    shutil.copy(audit, logs / "b.log")
    (logs / "c.log").write_bytes(b"new")
    assert kinds(logs) == {"b.log": SealFindingKind.DUPLICATED, "c.log": SealFindingKind.UNSEALED}


def test_grown_logs_are_not_silently_good(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What came after the seal is counted and undecided, anchor or not, until it is sealed, too."""
    head = create_seal(logs).head
    with (logs / "audit.log").open("ab") as stream:
        stream.write(b"later\n")
    result = verify_seal(logs, head=head)
    assert result.findings[0].ranges == (ByteRange(start=1000, end=1006),)
    assert run(capsys, "verify", logs, "--head", head)[0] == 4
    assert create_seal(logs).grown == 1
    code, out, _ = run(capsys, "verify", logs, "--head", head)
    assert code == 4
    assert "whether manifest 2 is authentic: what follows manifest 1 is unauthenticated" in out


def test_an_older_head_authenticates_only_what_it_covers(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever appends a forged line can seal it: it is reported with its start, exit code 4."""
    head = create_seal(logs).head
    with (logs / "audit.log").open("ab") as stream:
        stream.write(b"forged\n")
    (logs / "forged.log").write_bytes(b"forged\n")
    (logs / "empty.log").write_bytes(b"")
    newest = create_seal(logs).head
    result = verify_seal(logs, head=head)
    assert result.verdict == "undecided"
    assert [(one.path, one.start, one.end) for one in result.unauthenticated] == [
        ("audit.log", 1000, 1007),
        ("empty.log", 0, 0),
        ("forged.log", 0, 7),
    ]
    code, out, _ = run(capsys, "verify", logs, "--head", head)
    assert code == 4
    assert "unauthenticated: audit.log from byte 1000" in out
    assert "unauthenticated 3" in out.splitlines()[-1]
    assert run(capsys, "verify", logs, "--head", newest)[0] == 0
    assert verify_seal(logs, head=newest).unauthenticated == ()


def test_a_forged_manifest_on_a_genuine_chain_does_not_hide_an_edit(logs: Path) -> None:
    """The files are held against every manifest: the new one fits them, the anchored does not."""
    head = create_seal(logs).head
    genuine = first(logs).read_bytes()
    (logs / "audit.log").write_bytes(b"forged" * 200)
    first(logs).unlink()
    create_seal(logs)
    forged = json.loads(first(logs).read_bytes())
    forged.update(number=2, previous=head)
    first(logs).with_name("00000002.json").write_bytes(rfc8785.dumps(forged))
    first(logs).write_bytes(genuine)
    result = verify_seal(logs, head=head)
    assert result.verdict == "edited"
    assert [(one.path, one.manifest) for one in result.findings] == [("audit.log", 1)]


def test_manifests_in_each_others_place_are_both_named(logs: Path) -> None:
    """Though nothing that they say of the files differs."""
    create_seal(logs)
    create_seal(logs)
    second = first(logs).with_name("00000002.json")
    data = first(logs).read_bytes()
    first(logs).write_bytes(second.read_bytes())
    second.write_bytes(data)
    assert kinds(logs) == {
        "00000001.json": SealFindingKind.MANIFEST,
        "00000002.json": SealFindingKind.MANIFEST,
    }


def test_a_manifest_that_takes_a_file_back_is_named(logs: Path) -> None:
    """Well chained or not: what was sealed stays sealed."""
    head = create_seal(logs).head
    document = json.loads(first(logs).read_bytes())
    document.update(number=2, previous=head, files=document["files"][:1])
    first(logs).with_name("00000002.json").write_bytes(rfc8785.dumps(document))
    assert kinds(logs) == {"00000002.json": SealFindingKind.MANIFEST}
    with pytest.raises(EditedError, match=r"nodes/kubelet\.log"):
        create_seal(logs)


def test_sealing_again_refuses_what_was_edited(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every file is named at once, nothing is written, exit code 1."""
    create_seal(logs)
    (logs / "audit.log").write_bytes(b"short")
    (logs / "nodes" / "kubelet.log").unlink()
    code, _, err = run(capsys, "create", logs)
    assert code == 1
    assert "audit.log: does not begin with the 1000 bytes that manifest 1 sealed" in err
    assert "nodes/kubelet.log: was sealed by manifest 1 and does not exist" in err
    assert os.listdir(first(logs).parent) == ["00000001.json"]  # noqa: PTH208 names


def test_sealing_on_an_edited_chain_is_refused(logs: Path) -> None:
    """A next manifest would vouch for it."""
    create_seal(logs)
    create_seal(logs)
    first(logs).unlink()
    with pytest.raises(EditedError, match=r"00000001\.json is missing"):
        create_seal(logs)


MALFORMED = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a number": b"1",
    "text": b'"sealed"',
    "an empty object": b"{}",
    "nested too deeply": b"[" * 100_000,
    "a number without end": b'{"number":' + b"9" * 5000 + b"}",
    "no UTF-8": b"\xff\xfe{}",
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_manifest_is_never_good(
    logs: Path, data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever it is: exit code 2, its name, no traceback; and no seal is built upon it."""
    create_seal(logs)
    first(logs).write_bytes(data)
    code, out, err = run(capsys, "verify", logs, "--unanchored")
    assert (code, out) == (2, "")
    assert "00000001.json: malformed manifest: " in err
    assert not re.search("Field required|Extra inputs|Input should|Invalid JSON", err)
    assert run(capsys, "create", logs)[0] == 2


VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    2**53,
    "",
    "text",
    "\0",
    [],
    {},
    [None],
    {"a": 1},
)


def test_a_value_of_another_type_is_malformed_wherever_it_stands(logs: Path) -> None:
    """No value is taken for another: strict at every place of the document."""
    create_seal(logs)
    genuine = json.loads(first(logs).read_bytes())
    places = [(key,) for key in genuine] + [("files", 0, key) for key in genuine["files"][0]]
    for place in places:
        for value in VALUES:
            document = json.loads(first(logs).read_bytes())
            inner = document
            for step in place[:-1]:
                inner = inner[step]
            if value == inner[place[-1]] and type(value) is type(inner[place[-1]]):
                continue
            if place == ("files", 0, "path") and value == "text":
                continue  # a path like any other
            inner[place[-1]] = value
            text = json.dumps(document, sort_keys=True, separators=(",", ":"))
            first(logs).write_text(text)
            with pytest.raises(ManifestError):
                verify_seal(logs)
            first(logs).write_bytes(rfc8785.dumps(genuine))


@pytest.mark.parametrize("path", ["../a", "/etc/passwd", "a/../b", "a//b", "./a", "a/", "", "a\0b"])
def test_a_manifest_cannot_name_a_file_outside(logs: Path, path: str) -> None:
    """A path that leads out of the folder, or is not in its plain form, is malformed."""
    create_seal(logs)
    document = json.loads(first(logs).read_bytes())
    document["files"] = [{**document["files"][0], "path": path}]
    first(logs).write_bytes(rfc8785.dumps(document))
    with pytest.raises(ManifestError, match="leads out of"):
        verify_seal(logs)


def test_the_same_document_in_other_bytes_is_malformed(logs: Path) -> None:
    """A space, a key twice, other order: readers of JSON disagree on them, so none is canonical."""
    create_seal(logs)
    data = first(logs).read_bytes()
    for other in (
        data + b"\n",
        data.replace(b":", b": ", 1),
        data[:-1] + b',"version":1}',
        json.dumps(dict(reversed(json.loads(data).items())), separators=(",", ":")).encode(),
    ):
        first(logs).write_bytes(other)
        with pytest.raises(ManifestError, match="canonical"):
            verify_seal(logs)


def test_nothing_to_seal_and_nothing_to_verify_are_exit_code_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty folder is never sealed, and a folder without a seal is never good."""
    assert run(capsys, "create", tmp_path)[0] == 3
    (tmp_path / "link").symlink_to(__file__)
    assert run(capsys, "create", tmp_path)[0] == 3
    assert run(capsys, "verify", tmp_path, "--unanchored")[0] == 3
    with pytest.raises(NothingToCheckError):
        verify_seal(tmp_path)


def test_what_is_no_regular_file_is_named_and_not_sealed(logs: Path) -> None:
    """Links and pipes stop nothing and are never followed; in a file's place they are an edit."""
    os.mkfifo(logs / "pipe")
    (logs / "link.log").symlink_to("audit.log")
    (logs / "loop").symlink_to(logs, target_is_directory=True)
    result = create_seal(logs)
    assert result.files == 2
    assert result.not_sealed == {
        "link.log": "a symbolic link",
        "loop": "a symbolic link",
        "pipe": "no regular file",
    }
    (logs / "audit.log").rename(logs.parent / "elsewhere.log")
    (logs / "audit.log").symlink_to(logs.parent / "elsewhere.log")
    assert kinds(logs)["audit.log"] is SealFindingKind.DROPPED


def test_a_name_that_is_no_text_is_named_and_cannot_command_the_terminal(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither bytes that are not UTF-8 nor escape sequences reach it."""
    (logs / "\x1b[2Jred.log").write_bytes(b"sealed")
    try:
        Path(os.fsdecode(os.fsencode(logs) + b"/\xff.log")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system has only names that are UTF-8")
    code, out, _ = run(capsys, "create", logs)
    assert code == 0
    assert "not sealed: \\xff.log: a name that is not UTF-8" in out
    (logs / "\x1b[2Jred.log").write_bytes(b"")
    code, out, _ = run(capsys, "verify", logs)
    assert code == 1
    assert "\x1b" not in out
    assert "TRUNCATED \\x1b[2Jred.log" in out


def test_an_unreadable_file_is_not_sealed_over_and_is_exit_code_5_when_verified(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All the others are looked at, and nothing that was not read is good."""
    head = create_seal(logs).head

    genuine = digests.open_regular

    def refuse(path: Path) -> BinaryIO:
        if path.name == "audit.log":
            raise PermissionError(13, "Permission denied")
        return genuine(path)

    monkeypatch.setattr(digests, "open_regular", refuse)
    code, out, _ = run(capsys, "verify", logs, "--head", head)
    assert code == 5
    assert "UNREADABLE audit.log\ncannot be read: Permission denied" in out
    code, _, err = run(capsys, "create", logs)
    assert code == 2
    assert "audit.log: cannot be sealed: Permission denied" in err


def test_a_log_may_grow_but_not_change_while_it_is_sealed(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What grew is sealed as far as it was read; what changed is refused."""
    audit = logs / "audit.log"
    more = [b"and more"]
    genuine = read_digests

    def read_and_write(path: Path, **options: object) -> digests.Digests:
        result = genuine(path, **options)  # type: ignore[arg-type]
        if path == audit and more:
            with audit.open("ab" if more[0].startswith(b"and") else "wb") as stream:
                stream.write(more.pop())
        return result

    monkeypatch.setattr(digests, "read_digests", read_and_write)
    result = create_seal(logs)
    assert result.bytes == 1008
    assert kinds(logs) == {"audit.log": SealFindingKind.GROWN}
    more.append(b"other")
    with pytest.raises(InputError, match="it changed while it was read"):
        create_seal(logs)


def test_an_interrupted_seal_stops_the_next_and_says_what_to_remove(logs: Path) -> None:
    """Two writers at a time would fork the chain."""
    create_seal(logs)
    partial = first(logs).with_name("00000002.json.partial")
    partial.write_bytes(b"{")
    with pytest.raises(InputError, match="remove this file if none is"):
        create_seal(logs)
    assert kinds(logs) == {".kubewitness-seal/00000002.json.partial": SealFindingKind.UNSEALED}


def test_one_file_is_sealed_beside_it(logs: Path) -> None:
    """Its neighbours are no matter, and a file that is gone is still known to be sealed."""
    audit = logs / "audit.log"
    head = create_seal(audit).head
    assert (logs / "audit.log.kubewitness-seal" / "00000001.json").is_file()
    assert verify_seal(audit, head=head).verdict == "intact"
    audit.unlink()
    assert kinds(audit) == {"audit.log": SealFindingKind.DROPPED}


def test_a_signature_anchors_and_its_key_is_never_shown(
    logs: Path, keys: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """By the public key alone; what a signature cannot show is said."""
    private, public = keys
    code, out, err = run(capsys, "create", logs, "--key", private)
    assert code == 0
    assert private.read_text().splitlines()[1] not in out + err
    code, out, _ = run(capsys, "verify", logs, "--public-key", public)
    assert code == 0
    assert "whether newer manifests were removed" in out
    code, out, _ = run(capsys, "verify", logs)
    assert "whether the signatures hold: no public key is given" in out
    assert code == 4


def test_a_chain_made_anew_has_no_signature_that_holds(
    logs: Path, keys: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither without any signature nor with another key, and a stolen one fits no other bytes."""
    private, public = keys
    create_seal(logs, key=private)
    stolen = first(logs).with_suffix(".sig").read_bytes()
    shutil.rmtree(first(logs).parent)
    (logs / "audit.log").write_bytes(b"forged")
    create_seal(logs)
    assert verify_seal(logs).verdict == "undecided"
    assert run(capsys, "verify", logs, "--public-key", public)[0] == 1
    first(logs).with_suffix(".sig").write_bytes(stolen)
    code, out, _ = run(capsys, "verify", logs, "--public-key", public)
    assert code == 1
    assert "ANCHOR 00000001.sig" in out
    shutil.rmtree(first(logs).parent)
    create_seal(logs, key=make_keys(tmp_path, "theirs")[0])
    assert run(capsys, "verify", logs, "--public-key", public)[0] == 1


def test_a_signature_on_an_older_manifest_only_is_undecided(
    logs: Path, keys: tuple[Path, Path]
) -> None:
    """Whoever takes the newest signature away must not thereby pass."""
    private, public = keys
    create_seal(logs, key=private)
    create_seal(logs)
    result = verify_seal(logs, public_keys=[public])
    assert (result.verdict, result.anchored) == ("undecided", 1)


def test_an_encrypted_key_takes_its_passphrase_from_the_environment(
    logs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without one, or with a wrong one, nothing is written and nothing of it is shown."""
    private, public = make_keys(tmp_path, "safe", b"open sesame")
    for passphrase, words in (("", "is encrypted"), ("wrong", "the wrong passphrase")):
        monkeypatch.setenv("KUBEWITNESS_SEAL_PASSPHRASE", passphrase)
        code, out, err = run(capsys, "create", logs, "--key", private)
        assert (code, out) == (2, "")
        assert words in err
        assert not first(logs).exists()
    monkeypatch.setenv("KUBEWITNESS_SEAL_PASSPHRASE", "open sesame")
    code, out, err = run(capsys, "create", logs, "--key", private)
    assert code == 0
    assert "sesame" not in out + err
    assert verify_seal(logs, public_keys=[public]).verdict == "intact"


def test_keys_of_any_other_kind_are_refused_in_words(
    logs: Path, keys: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The wrong half, no key at all: nothing is written."""
    private, public = keys
    (tmp_path / "text.pem").write_text("no key")
    for wrong in (public, tmp_path / "text.pem"):
        code, _, err = run(capsys, "create", logs, "--key", wrong)
        assert code == 2
        assert "no private key in PEM" in err
    assert not first(logs).exists()
    create_seal(logs)
    assert run(capsys, "verify", logs, "--public-key", private)[0] == 2


@pytest.mark.parametrize("option", ["--key", "--public-key"])
def test_without_the_extra_it_says_what_to_install(
    logs: Path,
    keys: tuple[Path, Path],
    option: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No traceback of an import."""
    create_seal(logs)
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    monkeypatch.delitem(sys.modules, "kubewitness.seal.signature", raising=False)
    verb = "create" if option == "--key" else "verify"
    code, _, err = run(capsys, verb, logs, option, keys[0])
    assert code == 2
    assert "; install kubewitness[seal]" in err


def test_a_head_that_is_none_is_bad_usage(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, not an edit."""
    create_seal(logs)
    assert run(capsys, "verify", logs, "--head", "abc")[0] == 2
    assert run(capsys, "verify", logs / "nowhere")[0] == 2


def test_the_verifier_of_the_documentation_runs_by_itself(logs: Path, tmp_path: Path) -> None:
    """On the standard library alone: `python -I -S` sees no other package."""
    script = tmp_path / "verify.py"
    script.write_text(STANDALONE)
    create_seal(logs)
    head = create_seal(logs, block_size=64).head

    def verify() -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-I", "-S", str(script), str(logs), head]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert (verify().returncode, verify().stdout) == (0, "all is as it was sealed\n")
    (logs / "audit.log").write_bytes((logs / "audit.log").read_bytes().replace(b"0050", b"0051"))
    assert (verify().returncode, verify().stdout) == (1, "audit.log: differs from byte 448 on\n")


AUTHORITY = """
[tsa]
default_tsa = it
[it]
serial = $ENV::HERE/serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
[req]
distinguished_name = name
prompt = no
[name]
CN = A test authority
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
authorityKeyIdentifier = keyid
subjectKeyIdentifier = hash
"""


class Authority:
    """A time stamp authority of our own, by `openssl ts`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "configuration").write_text(AUTHORITY)
        (folder / "serial").write_text("01")
        new: tuple[str, ...] = ("req", "-config", "configuration", "-newkey", "ec", "-pkeyopt")
        new += ("ec_paramgen_curve:P-256", "-nodes", "-subj")
        self.openssl(
            *(*new, "/CN=root", "-x509", "-days", "30", "-extensions", "root"),
            *("-keyout", "root.key", "-out", "root.pem"),
        )
        self.openssl(*new, "/CN=signer", "-keyout", "signer.key", "-out", "signer.csr")
        self.openssl(
            *("x509", "-req", "-in", "signer.csr", "-CA", "root.pem", "-CAkey", "root.key"),
            *("-CAcreateserial", "-days", "30", "-extfile", "configuration"),
            *("-extensions", "signer", "-out", "signer.pem"),
        )
        self.root = folder / "root.pem"

    def openssl(self, *arguments: str) -> None:
        """Run openssl in the authority's folder."""
        environment = {**os.environ, "HERE": str(self.folder)}
        subprocess.run(
            ["openssl", *arguments],  # noqa: S607 whichever openssl the machine has
            cwd=self.folder,
            env=environment,
            capture_output=True,
            check=True,
        )

    def answer(self, request: bytes) -> bytes:
        """The response to a request."""
        (self.folder / "request.tsq").write_bytes(request)
        self.openssl(
            *("ts", "-reply", "-config", "configuration", "-queryfile", "request.tsq"),
            *("-signer", "signer.pem", "-inkey", "signer.key", "-out", "response.tsr"),
        )
        return (self.folder / "response.tsr").read_bytes()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A local time stamp authority."""
    pytest.importorskip("rfc3161_client")
    if shutil.which("openssl") is None:
        pytest.skip("needs the command openssl to play the time stamp authority")
    return Authority(tmp_path / "authority")


@pytest.fixture
def authority_url(authority: Authority) -> Iterator[str]:
    """The same authority, over HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(authority.answer(request) if self.path == "/good" else b"nonsense")

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_time_stamp_anchors_and_tells_its_time(
    logs: Path, authority: Authority, authority_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked for over HTTP, verified offline; that it says nothing of earlier times is said."""
    code, out, _ = run(capsys, "create", logs, "--timestamp-url", f"{authority_url}/good")
    assert code == 0
    assert "manifest 1, time-stamped:" in out
    code, out, _ = run(capsys, "verify", logs, "--timestamp-certificate", authority.root)
    assert code == 0, out
    assert "anchored: manifest 1 by its timestamp, made 20" in out
    assert "whether the chain was created again before 20" in out
    assert "whether the time stamps hold" in run(capsys, "verify", logs)[1]


def test_a_time_stamp_of_something_else_does_not_hold(
    logs: Path, authority: Authority, authority_url: str, tmp_path: Path
) -> None:
    """Of other bytes, by another authority, damaged, or missing."""
    create_seal(logs, timestamp_url=f"{authority_url}/good")
    stranger = Authority(tmp_path / "stranger")
    result = verify_seal(logs, timestamp_certificate=stranger.root)
    assert {one.kind for one in result.findings} == {SealFindingKind.ANCHOR}
    stamp = first(logs).with_suffix(".tsr")
    genuine = stamp.read_bytes()
    for damaged in (b"", b"x", genuine[:-9], genuine[:200] + b"\0" + genuine[201:], b"0" * 9999):
        stamp.write_bytes(damaged)
        assert verify_seal(logs, timestamp_certificate=authority.root).verdict == "edited"
    stamp.write_bytes(genuine)
    document = json.loads(first(logs).read_bytes())
    document["createdAt"] = "2020-01-01T00:00:00Z"
    first(logs).write_bytes(rfc8785.dumps(document))
    found: tuple[SealFinding, ...]
    found = verify_seal(logs, timestamp_certificate=authority.root).findings
    assert found[0].path == "00000001.tsr"
    stamp.unlink()
    assert verify_seal(logs, timestamp_certificate=authority.root).verdict == "edited"


def test_an_authority_that_answers_nonsense_leaves_nothing_written(
    logs: Path, authority_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor one that is not there, nor an address of another scheme."""
    for url in (f"{authority_url}/bad", "http://127.0.0.1:1", "file:///etc/passwd", "nonsense"):
        code, _, err = run(capsys, "create", logs, "--timestamp-url", url)
        assert code == 2, err
        assert url in err
        assert not first(logs).exists()


def test_a_response_can_be_carried_by_hand(
    logs: Path, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the machine that seals has no network; what answers another request is refused."""
    create_seal(logs)
    request, response = tmp_path / "request.tsq", tmp_path / "response.tsr"
    query = ("ts", "-query", "-sha256", "-cert", "-out", str(request), "-data")
    authority.openssl(*query, str(logs / "audit.log"))
    response.write_bytes(authority.answer(request.read_bytes()))
    assert run(capsys, "create", logs, "--timestamp-response", response)[0] == 2
    authority.openssl(*query, str(first(logs)))
    response.write_bytes(authority.answer(request.read_bytes()))
    assert run(capsys, "create", logs, "--timestamp-response", response)[0] == 0
    code, _, _ = run(capsys, "verify", logs, "--timestamp-certificate", authority.root)
    assert code == ExitCode.OK
    assert "is there already" in run(capsys, "create", logs, "--timestamp-response", response)[2]


def test_reading_takes_constant_memory(tmp_path: Path) -> None:
    """No more than a chunk at a time, however large the file and however long its one line."""
    import tracemalloc  # noqa: PLC0415 of use here only

    with (tmp_path / "large.log").open("wb") as stream:
        stream.truncate(64 << 20)
    tracemalloc.start()
    create_seal(tmp_path)
    verify_seal(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20

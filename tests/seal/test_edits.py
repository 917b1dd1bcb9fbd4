"""Every edit of a sealed folder is found and located, over edits drawn at random.

`make test` tries a sample, `make fuzz` ten thousand; `--cases` says how many.
"""

import random
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kubewitness.errors import ExitCode, NothingToCheckError
from kubewitness.logs.inputs.local_files import SEAL_FOLDER
from kubewitness.seal import ManifestError, SealFindingKind, VerifyResult, verify_seal
from kubewitness.seal.result import NOT_SEALED
from support.seal_edits import EDITS, Edit, Sealed, draw_sealed
from support.standalone_seal import STANDALONE


def standalone() -> Callable[[Path, str], list[str]]:
    """The verifier that the documentation shows."""
    namespace: dict[str, Any] = {"__name__": "standalone"}
    exec(compile(STANDALONE, "verify.py", "exec"), namespace)  # noqa: S102 our own page
    found: Callable[[Path, str], list[str]] = namespace["verify"]
    return found


def outcome(folder: Path, head: str | None) -> VerifyResult | str:
    """What verifying gives, or says where it refuses."""
    try:
        return verify_seal(folder, head=head)
    except (ManifestError, NothingToCheckError) as error:
        return str(error)


def is_located(edit: Edit, sealed: Sealed, result: VerifyResult | str) -> bool:
    """Whether the right files, and the right bytes, or the right manifest are named."""
    if isinstance(result, str):
        return SEAL_FOLDER in result and (
            any(name in result for name in edit.manifests) or "no manifest" in result
        )
    if edit.needs_anchor:
        return any(finding.kind is SealFindingKind.ANCHOR for finding in result.findings)
    files = [
        one
        for one in result.findings
        if one.kind not in (SealFindingKind.MANIFEST, SealFindingKind.ANCHOR)
    ]
    if edit.manifests and not edit.paths:
        named = {name for one in result.findings for name in (one.path, one.other)}
        # The newest manifest is another one: the head that was kept says that much.
        return bool(edit.manifests & named) or SEAL_FOLDER in named
    if {one.path for one in files} != edit.paths:
        return False
    if edit.first is None:
        return True
    start = files[0].ranges[0].start
    exact = files[0].kind is SealFindingKind.GROWN
    return start == (edit.first if exact else edit.first // sealed.block_size * sealed.block_size)


def case(folder: Path, seed: int) -> tuple[str, bool, bool]:
    """Seal, edit, verify; returns the edit's name, whether it is found and whether located."""
    chance = random.Random(seed)  # noqa: S311 no secret is made of it
    sealed = draw_sealed(folder, chance)
    head = sealed.heads[-1]
    untouched = verify_seal(folder, head=head)
    assert (untouched.verdict, untouched.findings) == ("intact", ()), "a false alarm"
    assert standalone()(folder, head) == []
    make = EDITS[seed % len(EDITS)]
    edit = make(sealed, chance)
    if edit is None:
        return "", True, True
    anchored, unanchored = outcome(folder, head), outcome(folder, None)
    if isinstance(unanchored, VerifyResult):
        assert unanchored.exit_code() != ExitCode.OK, "good without an anchor"
        if edit.needs_anchor:
            assert unanchored.exit_code() == ExitCode.UNDECIDED
    # An append, an added file: nothing that was sealed is edited, and it is listed all the same.
    found = isinstance(anchored, str) or bool(anchored.findings)
    if isinstance(anchored, VerifyResult):
        listed = {finding.kind for finding in anchored.findings} <= NOT_SEALED
        assert anchored.verdict == ("undecided" if listed else "edited")
        if edit.paths and not edit.manifests and isinstance(unanchored, VerifyResult):
            assert anchored.findings == unanchored.findings, "files need no anchor to be located"
    # It stops on what is no manifest, as the page says.
    with suppress(ValueError, TypeError, LookupError, AttributeError):
        assert standalone()(folder, head), "the verifier in the documentation sees nothing"
    return make.__name__, found, is_located(edit, sealed, anchored)


def test_every_edit_is_found_and_located(
    tmp_path: Path, pytestconfig: pytest.Config, record_property: Callable[[str, object], None]
) -> None:
    """Whatever is done to logs or manifests, with an anchor all of it, without one never good."""
    wanted = max(300, int(pytestconfig.getoption("cases")))
    counts: Counter[str] = Counter()
    missed: list[tuple[int, str]] = []
    seed = 0
    while sum(counts.values()) < wanted:
        folder = tmp_path / "case"
        folder.mkdir()
        name, found, located = case(folder, seed)
        shutil.rmtree(folder)
        if name:
            counts[name] += 1
        if not (found and located):
            missed.append((seed, f"{name}: found {found}, located {located}"))
        seed += 1
    record_property("edits", dict(counts))
    assert missed == []
    assert counts.keys() == {make.__name__ for make in EDITS}

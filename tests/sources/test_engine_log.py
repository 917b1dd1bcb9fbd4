"""What a program logs is seen: a component's doubts are of no use to whom nobody tells them."""

import json
from pathlib import Path

import pytest

from kubewitness.hidden_secrets import LONGEST_MESSAGE
from support.command import run
from support.engine import write_project
from support.scenarios import PRELUDE

LOGGING = """
import pulumi

password = pulumi.Output.secret("hunter2-hunter2")
group = pulumi.ComponentResource("test:index:Group", "group", {"password": password})
pulumi.log.warn("HELLO-WARN")
pulumi.log.warn("HELLO-WARN")
pulumi.log.error("HELLO-ERROR [bold]")
pulumi.log.warn("of a resource", group)
pulumi.log.info("HELLO-INFO")
"""

WITHOUT_CLUSTER = """
from kubewitness import AuditDetections

AuditDetections(
    "detections",
    {
        "workspace_id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/soc"
        "/providers/Microsoft.OperationalInsights/workspaces/central",
        "sentinel": "existing",
        "rules": ["pod-exec", "host-pid-pod"],
        "allow_list": [{"reason": "a migration", "expires": "2020-01-31", "usernames": ["ci"]}],
    },
)
"""


def test_warnings_and_errors_of_a_program_come_after_the_verdicts_each_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """They decide nothing; what is less than a warning is the program's chatter."""
    program = write_project(tmp_path, PRELUDE + 'setting("audit", cluster("aks").id)' + LOGGING)
    code, out, _ = run(capfd, "check", program)
    assert code == 0
    assert out.startswith("warning: HELLO-WARN\n\nerror: HELLO-ERROR [bold]\n\n")
    assert out.count("HELLO-WARN") == 1
    assert "warning: of a resource\n\n1 cluster: checked" in out
    assert "HELLO-INFO" not in out


def test_reports_for_machines_carry_what_the_program_logged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A field of the source in JSON, notifications of the invocation in SARIF."""
    program = write_project(tmp_path, LOGGING)
    expected = [
        ("warning", "HELLO-WARN"),
        ("error", "HELLO-ERROR [bold]"),
        ("warning", "of a resource"),
    ]
    (source,) = json.loads(run(capfd, "check", program, "--format", "json")[1])["sources"]
    assert [(one["level"], one["message"]) for one in source["warnings"]] == expected
    (tool_run,) = json.loads(run(capfd, "check", program, "--format", "sarif")[1])["runs"]
    (invocation,) = tool_run["invocations"]
    notified = invocation["toolExecutionNotifications"]
    assert [(one["level"], one["message"]["text"]) for one in notified] == expected


def test_a_program_without_clusters_still_shows_its_tree_and_what_it_warns_of(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """`AuditDetections` alone is nothing to check, and its warnings are read all the same."""
    code, out, err = run(capfd, "check", write_project(tmp_path, WITHOUT_CLUSTER), "--tree")
    assert code == 3
    assert "nothing to check" in err
    assert "detections-pod-exec  azure-native:securityinsights:ScheduledAlertRule" in out
    assert 'warning: AuditDetections "detections": allow_list[0] expired on 2020-01-31' in out


@pytest.mark.parametrize("how", ["a resource's", "an output", "the configuration's"])
def test_a_secret_that_is_logged_is_not_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], how: str
) -> None:
    """Known as such are secrets among properties and outputs, and what the stack encrypts."""
    made = {
        "a resource's": 'pulumi.ComponentResource("test:index:It", "it", {"in": [password]})',
        "an output": 'pulumi.export("password", password)',
        "the configuration's": 'password = pulumi.Config().require_secret("password")',
    }[how]
    program = write_project(
        tmp_path,
        'import pulumi\n\npassword = pulumi.Output.secret("hunter2-hunter2")\n'
        f'{made}\npulumi.Output.concat("by ", password, "!").apply(pulumi.log.warn)\n',
    )
    if how == "the configuration's":
        encrypted = {"config": {"program:password": {"secure": "AAABAJ"}}}
        (program / "Pulumi.dev.yaml").write_text(json.dumps(encrypted), "utf-8")
        answers = {"version": 1, "config": {"program:password": "hunter2-hunter2"}}
        (program / "kubewitness.answers.yaml").write_text(json.dumps(answers), "utf-8")
    _, out, err = run(capfd, "check", program)
    assert "warning: by [secret]!" in out
    assert "hunter2" not in out + err


def test_a_message_moves_no_cursor_and_floods_no_screen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its lines are kept, but not what a terminal obeys, nor more than some pages."""
    source = f"""
import pulumi

pulumi.log.warn("first\\nsecond\\x1b[2J")
pulumi.log.error("x" * {LONGEST_MESSAGE + 1})
"""
    _, out, _ = run(capfd, "check", write_project(tmp_path, source))
    assert "warning: first\n  second\\x1b[2J\n" in out
    assert "x" * LONGEST_MESSAGE + "…" in out
    assert "x" * (LONGEST_MESSAGE + 1) not in out


def test_a_program_that_fails_says_what_it_logged_before(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """An error that is logged says more than the exception after it."""
    program = write_project(tmp_path, LOGGING + "raise LookupError('gone')\n")
    code, _, err = run(capfd, "check", program)
    assert code == 2
    assert err.index("LookupError: gone") < err.index("its log has the error: HELLO-ERROR")

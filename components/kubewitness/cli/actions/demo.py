"""Run `kubewitness demo`."""

import shlex
import shutil
import sys
from pathlib import Path

from rich.console import Console

from kubewitness.cli.output import stdout_console
from kubewitness.errors import ExitCode
from kubewitness.policies.check import check
from kubewitness.reports.table import print_results
from kubewitness.sources.load import load

EXAMPLES = Path(__file__).parents[2] / "examples"
"""The repository's `examples/quickstart` and `examples/blocked`, which the wheel carries."""

_NEXT = """\
Next, in the folder of your own Pulumi program:
  {command} check
      check it, offline
  pulumi preview --policy-pack "$({command} policy-pack)"
      run the same policies before its deployment
"""


def run() -> int:
    """Check both programs; return 0 if one passes and the other is stopped."""
    console = stdout_console()
    passed = _check(console, "quickstart", "ten lines with SecureAksCluster: passes")
    stopped = _check(console, "blocked", "no category guard, local accounts enabled: blocked")
    console.print(_NEXT.format(command=_typed()), markup=False, highlight=False, soft_wrap=True)
    as_promised = passed is ExitCode.OK and stopped is ExitCode.VIOLATION
    return ExitCode.OK if as_promised else ExitCode.INTERNAL


def _typed() -> str:
    """Return the command as you can type it: bare where it is on PATH, else with its path."""
    found = shutil.which("kubewitness")
    own = Path(sys.executable).with_name("kubewitness")
    on_path = found is not None and Path(found).absolute() == own
    return "kubewitness" if on_path else shlex.quote(str(own))


def _check(console: Console, name: str, what: str) -> ExitCode:
    console.rule(f"{name}: {what}", align="left")
    result = check(load(EXAMPLES / name, python=Path(sys.executable)))
    print_results(console, [result], tree=True)
    console.print()
    return result.exit_code

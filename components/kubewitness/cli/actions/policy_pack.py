"""Run `kubewitness policy-pack`."""

from kubewitness.cli.output import write_text
from kubewitness.errors import ExitCode
from kubewitness.policies.crossguard.pack_folder import write_policy_pack


def run(*, name: str) -> int:
    """Print the folder of a policy pack."""
    write_text(f"{write_policy_pack(name)}\n")
    return ExitCode.OK

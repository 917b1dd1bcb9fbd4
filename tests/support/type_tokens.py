"""Every type token of the newest SDKs, recorded from their wheels; `make type-tokens` refreshes it.

Run as a program, this records them: each package's generated `__init__.py` lists its tokens.
"""

import gzip
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parent.parent / "data" / "type_tokens.json.gz"

CLOUDS: Final = (
    *("pulumi-azure-native", "pulumi-azure", "pulumi-aws", "pulumi-aws-native", "pulumi-eks"),
    "pulumi-gcp",
)
"""The SDKs of the clouds."""

OTHERS: Final = (
    *("pulumi-databricks", "pulumi-mongodbatlas", "pulumi-confluentcloud", "pulumi-digitalocean"),
    *("pulumi-linode", "pulumi-civo", "pulumi-rancher2", "pulumi-datadog", "pulumi-snowflake"),
    *("pulumi-alicloud", "pulumi-oci", "pulumiverse-scaleway", "pulumi-ovh", "pulumi-hcloud"),
    *("pulumi-openstack", "pulumi-cloudflare", "pulumi-kubernetes", "pulumi-awsx"),
    *("pulumi-docker", "pulumi-command", "pulumi-spotinst", "pulumi-aiven", "pulumi-azuread"),
    *("pulumi-github", "pulumi-newrelic", "pulumi-vault", "pulumi-castai", "pulumi-vsphere"),
    *("pulumi-random", "pulumi-tls", "pulumi-rke", "pulumi-upcloud", "pulumiverse-grafana"),
    *("pulumi-okta", "pulumiverse-talos", "pulumi-proxmoxve"),
)
"""Popular packages, among them all that have Kubernetes clusters of other platforms."""

_MODULES: Final = re.compile(r'resource_modules="""(.*?)"""', re.DOTALL)


@cache
def recorded() -> dict[str, tuple[str, ...]]:
    """Return the tokens of each package, by the package's name in the registry."""
    document = json.loads(gzip.decompress(FILE.read_bytes()))
    return {package: tuple(entry["tokens"]) for package, entry in document.items()}


def tokens(packages: tuple[str, ...]) -> list[str]:
    """Return the tokens of several packages."""
    return [token for package in packages for token in recorded()[package]]


def _record() -> None:
    """Download each wheel, read its tokens, and write the file."""
    document = {}
    for package in (*CLOUDS, *OTHERS):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            subprocess.run(
                [*command, "--only-binary", ":all:", "--dest", folder, package], check=True
            )
            (wheel,) = Path(folder).glob("*.whl")
            found = sorted(set(_tokens_in(wheel)))
            document[package] = {"version": wheel.name.split("-")[1], "tokens": found}
    text = json.dumps(document, separators=(",", ":"))
    FILE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _tokens_in(wheel: Path) -> Iterator[str]:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.count("/") == 1 and name.endswith("/__init__.py"):
                listed = _MODULES.search(archive.read(name).decode())
                for module in json.loads(listed[1]) if listed else ():
                    yield from module["classes"]


if __name__ == "__main__":
    _record()

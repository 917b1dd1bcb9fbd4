"""The client of Azure Data Explorer and of KQL databases of Fabric, and what it refuses.

Source: Azure docs, "Kusto Python client library".
"""

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from kubewitness.azure.sign_in import SIGN_IN, keep_quiet
from kubewitness.errors import InputError
from kubewitness.optional_imports import optional_import

if TYPE_CHECKING:
    from azure.kusto.data import KustoClient, KustoConnectionStringBuilder

SCHEME: Final = "adx://"

_ADDRESS: Final = re.compile(r"adx://(?P<host>[A-Za-z0-9.-]+(?::\d+)?)/(?P<database>[^/?#]+)")
_LOOPBACK: Final = re.compile(r"(localhost|127\.0\.0\.1)(:\d+)?")

UNAUTHORISED: Final = f"Azure Data Explorer refuses the credentials, or there are none; {SIGN_IN}"
UNREACHABLE: Final = "cannot be reached; check the cluster's name and the network"
UNTRUSTED: Final = "is not an address of Azure Data Explorer; write adx://CLUSTER.REGION/DATABASE"

REFUSALS: Final = {
    401: UNAUTHORISED,
    403: "not permitted; needs the role `Database Viewer`",
    404: "no such database there; write adx://CLUSTER.REGION/DATABASE",
}
"""By HTTP status: what any request meets."""


class Database(NamedTuple):
    """A database, and the client that queries it."""

    client: "KustoClient"
    name: str
    host: str


def open_database(word: str) -> Database:
    """Open `adx://CLUSTER.REGION/DATABASE` with whatever `DefaultAzureCredential` finds.

    A complete host name is used as it is. Loopback, where the Kusto emulator and `duckdb-kql serve`
    listen, is queried over HTTP without authentication; no other host is.

    Raises:
        InputError: the extra `kusto` is not installed, or the word names no database.
    """
    found = _ADDRESS.fullmatch(word)
    if not found:
        raise InputError(f"{word}: {UNTRUSTED}")
    data = optional_import("azure.kusto.data", "kusto", word)
    keep_quiet()
    return Database(data.KustoClient(_connection(found["host"])), found["database"], found["host"])


def _connection(host: str) -> "KustoConnectionStringBuilder":
    data = optional_import("azure.kusto.data", "kusto", host)
    builder: type[KustoConnectionStringBuilder] = data.KustoConnectionStringBuilder
    if _LOOPBACK.fullmatch(host):
        return builder.with_no_authentication(f"http://{host}")
    whole = host if ".kusto." in host or host.count(".") > 1 else f"{host}.kusto.windows.net"
    identity = optional_import("azure.identity", "kusto", host)
    return builder.with_azure_token_credential(
        f"https://{whole}", identity.DefaultAzureCredential()
    )

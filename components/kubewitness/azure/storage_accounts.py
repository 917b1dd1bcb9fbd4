"""The storage accounts that Azure accepts, and those that diagnostic settings can write to.

Sources: Azure docs, "Diagnostic settings in Azure Monitor", "Storage account overview" and
"Time-based retention policies for immutable blob data".
"""

import re
from typing import Final

from kubewitness.azure.refusal import Refusal

MOST_IMMUTABLE_DAYS: Final = 146_000
"""For how many days a time-based immutability policy can keep a blob."""

_NAME: Final = re.compile("[a-z0-9]{3,24}")

PREMIUM: Final = Refusal(
    "premium-storage", "is premium storage, which Azure refuses; use a standard account"
)
DNS_ZONE: Final = Refusal(
    "dns-zone", "has Azure DNS zone endpoints, which Azure refuses; use standard endpoints"
)
CLOSED: Final = Refusal(
    "firewall",
    "has a firewall that diagnostic settings cannot pass; let in trusted Microsoft services with "
    "`bypass: AzureServices`",
)


def refused_account_name(name: str) -> Refusal | None:
    """Return why Azure refuses the name of a storage account."""
    if _NAME.fullmatch(name):
        return None
    reason = "is not a name that Azure accepts; give 3 to 24 lowercase letters and digits"
    return Refusal("account-name", reason)

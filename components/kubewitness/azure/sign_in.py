"""Signing in to Azure, as every part that asks a live cloud does it."""

import logging
from typing import Final

SIGN_IN: Final = (
    "sign in with `az login`, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET"
)
"""What to do where Azure does not know who asks."""

REFUSED_CREDENTIALS: Final = f"Azure refuses the credentials, or there are none; {SIGN_IN}"


def keep_quiet() -> None:
    """Keep the SDKs from writing on standard error what becomes a fault of ours anyway."""
    logging.getLogger("azure").addHandler(logging.NullHandler())

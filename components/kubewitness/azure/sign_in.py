"""Sign-in to Azure, shared by everything that reads a live cloud."""

import logging
from typing import Final

SIGN_IN: Final = (
    "sign in with `az login`, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET"
)
"""The fix if Azure refuses the credentials."""

REFUSED_CREDENTIALS: Final = f"Azure refuses the credentials, or there are none; {SIGN_IN}"


def keep_quiet() -> None:
    """Keep the SDKs from writing to standard error what becomes an error message anyway."""
    logging.getLogger("azure").addHandler(logging.NullHandler())

"""What Azure accepts as diagnostic settings."""

from typing import Final

MOST_SETTINGS: Final = 5
"""How many a resource can have. Source: Azure docs, "Diagnostic settings in Azure Monitor"."""

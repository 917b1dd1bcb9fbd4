"""The Log Analytics workspaces that Azure accepts.

Sources: Azure docs, "Naming rules and restrictions for Azure resources" and "Manage data retention
in a Log Analytics workspace".
"""

import re
from typing import Final

from kubewitness.azure.refusal import Refusal

LEAST_DAYS: Final = 30
"""The shortest interactive retention of a workspace."""

LEAST_TABLE_DAYS: Final = 4
"""The shortest retention of one of its tables."""

MOST_INTERACTIVE_DAYS: Final = 730

DAYS_BEYOND_TWO_YEARS: Final = (1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018, 4383)
"""The total retentions beyond two years: Azure keeps tables for whole years only."""

_NAME: Final = re.compile("[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]")


def refused_workspace_name(name: str) -> Refusal | None:
    """Return why Azure refuses the name of a workspace."""
    if _NAME.fullmatch(name):
        return None
    reason = "is not a name that Azure accepts; give 4 to 63 letters, digits and inner hyphens"
    return Refusal("workspace-name", reason)


def refused_interactive_days(days: float, least: int = LEAST_DAYS) -> Refusal | None:
    """Return why Azure refuses an interactive retention.

    Args:
        least: `LEAST_TABLE_DAYS` for one table.
    """
    if least <= days <= MOST_INTERACTIVE_DAYS:
        return None
    reason = f"is not a retention that Azure accepts; give {least} to {MOST_INTERACTIVE_DAYS} days"
    return Refusal("interactive-days", reason)


def refused_total_days(days: float, least: int = LEAST_TABLE_DAYS) -> Refusal | None:
    """Return why Azure refuses the total retention of a table.

    Args:
        least: the shortest that the caller accepts.
    """
    if least <= days <= MOST_INTERACTIVE_DAYS or (days in DAYS_BEYOND_TWO_YEARS and days >= least):
        return None
    years = ", ".join(map(str, DAYS_BEYOND_TWO_YEARS))
    reason = (
        f"is not a retention that Azure accepts; give {least} to {MOST_INTERACTIVE_DAYS} days, or "
        f"one of {years}"
    )
    return Refusal("total-days", reason)

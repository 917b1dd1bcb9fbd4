"""For how long audit logs must be kept. Source: PCI DSS 10.5.1."""

from typing import Final

INTERACTIVE_DAYS: Final = 90
"""For how long queries must reach them."""

TOTAL_DAYS: Final = 365
"""For how long they must be kept in all."""

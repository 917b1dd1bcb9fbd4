"""Audit logs: where their bytes come from, and what becomes of them."""

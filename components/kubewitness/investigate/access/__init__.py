"""Permissions that subjects used, the smallest roles that grant them, and granted permissions."""

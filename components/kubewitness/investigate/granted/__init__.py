"""Granted permissions, and those that a log shows as unused."""

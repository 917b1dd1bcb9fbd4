"""Checks the arguments of every component and reports all errors at once."""

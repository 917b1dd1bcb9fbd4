"""Reads every YAML and JSON file that a person writes, and explains what is wrong with it."""

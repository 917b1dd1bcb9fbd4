"""Finds attacks in the logs: rules in the YAML of Microsoft Sentinel, run by any engine of KQL."""

"""Finds attacks in the logs: detections in the YAML of Microsoft Sentinel, for any KQL engine."""

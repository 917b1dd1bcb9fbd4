"""Detections that users bring: read, named and checked."""

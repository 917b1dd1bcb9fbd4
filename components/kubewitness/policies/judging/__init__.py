"""Judgements that several policies share: an access path, a destination or a route of logs."""

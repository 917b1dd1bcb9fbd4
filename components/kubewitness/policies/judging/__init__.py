"""What several policies share: how to judge an access path, a destination or a route of logs."""

"""Where the audit logs go: workspace, destinations, diagnostic settings. Shared by components."""

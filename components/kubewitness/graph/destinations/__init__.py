"""Where logs are sent: workspaces, storage accounts, event hubs, and what changes rows there."""

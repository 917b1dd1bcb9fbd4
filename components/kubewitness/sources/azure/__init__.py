"""Resources as they are in Azure now, read from Azure Resource Manager."""

"""The policies on AKS clusters, one in each file."""

"""A timeline: requests, findings, events of Kubernetes and operations in Azure, in order."""

"""What happened, in order: requests, findings, events of Kubernetes and operations in Azure."""

"""The policies on EKS clusters, one in each file."""

"""Kubernetes audit policies: what of each request is logged."""

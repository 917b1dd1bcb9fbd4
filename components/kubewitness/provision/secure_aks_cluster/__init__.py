"""The component that provisions an AKS cluster with its audit logs."""

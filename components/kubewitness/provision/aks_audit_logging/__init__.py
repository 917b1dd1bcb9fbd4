"""The component that collects the logs of an AKS cluster that exists."""

"""Which paths of Kubernetes objects a query reads, and which objects have them."""

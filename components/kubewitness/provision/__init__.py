"""Components that provision Kubernetes clusters with their audit logs: one file a component.

They are imported from `kubewitness` itself. This package imports nothing, so that reading logs
does not load Pulumi.
"""

"""Serves the components to programs in every Pulumi language."""

from kubewitness.provision.host import serve

if __name__ == "__main__":
    serve()

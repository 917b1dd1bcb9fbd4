"""Component packages whose components cannot contain a Kubernetes cluster.

Each was read at its newest version: it registers no resource of AKS or EKS. A package that is not
listed may contain a cluster.
"""

from typing import Final

WITHOUT_CLUSTERS: Final = frozenset(
    {
        "aws-apigateway",
        "aws-s3-replicated-bucket",
        "aws-static-website",
        "awsx",
        "azure-quickstart-acr-geo-replication",
        "azure-static-website",
        "gcp-global-cloudrun",
        "google-cloud-static-website",
        "synced-folder",
        "tailscalebastion",
    }
)

PARTS: Final = r"eks:index:(?:Addon|ClusterCreationRoleProvider|\w*NodeGroup\w*|VpcCniAddon)"
"""Components of packages that also have clusters."""

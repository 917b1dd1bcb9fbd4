"""Of all type tokens of the newest SDKs, clusters and nothing else are taken for clusters."""

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.catalog.kubernetes_tokens import NO_CLUSTER
from kubewitness.catalog.type_tokens import PATTERNS, ResourceKind
from kubewitness.graph.resource_kinds import kind_of, matches
from support.type_tokens import CLOUDS, OTHERS, recorded, tokens

SERVICE: Final = re.compile(
    r"[\w-]+:(?:containerservice|hybridcontainerservice|kubernetes\w*|arckubernetes|redhatopenshift"
    r"|eks|emrcontainers|container|edgecontainer|gke\w*|ContainerEngine|containerinfra|cs)[/:].*"
    r"|eks:.*|.*(?:[kK]ubernetes|Kube[A-Z]|Aks|Eks|OpenShift|K8s|Lke)(?![a-z]).*"
    r"|.*:machinelearningservices:Compute|.*:InferenceCluster",
)
"""Tokens in the modules of Kubernetes services, or that name one."""

CLUSTERS: Final = {
    ResourceKind.CLUSTER: {
        "azure-native:containerservice:ManagedCluster",
        "azure:containerservice/automaticCluster:AutomaticCluster",
        "azure:containerservice/kubernetesCluster:KubernetesCluster",
    },
    ResourceKind.EKS_CLUSTER: {"aws:eks/cluster:Cluster", "aws-native:eks:Cluster"},
    ResourceKind.EKS_COMPONENT: {"eks:index:Cluster"},
    ResourceKind.UNREAD_AKS_CLUSTER: {"azure:arckubernetes/provisionedCluster:ProvisionedCluster"},
    ResourceKind.UNREAD_EKS_CLUSTER: set[str](),
    ResourceKind.UNREAD_CLUSTER: set[str](),
    ResourceKind.CLUSTER_BY_PROPERTIES: {
        "azure-native:containerservice:Fleet",
        "azure-native:machinelearningservices:Compute",
        "azure:containerservice/kubernetesFleetManager:KubernetesFleetManager",
        "rancher2:index/cluster:Cluster",
    },
    ResourceKind.ARC_CLUSTER: {"azure-native:kubernetes:ConnectedCluster"},
    ResourceKind.OTHER_CLUSTER: {
        "alicloud:ackone/cluster:Cluster",
        "alicloud:cs/edgeKubernetes:EdgeKubernetes",
        "alicloud:cs/kubernetes:Kubernetes",
        "alicloud:cs/managedKubernetes:ManagedKubernetes",
        "alicloud:cs/serverlessKubernetes:ServerlessKubernetes",
        "azure-native:awsconnector:EksCluster",
        "azure-native:databoxedge:KubernetesRole",
        "azure-native:networkcloud:KubernetesCluster",
        "azure-native:redhatopenshift:OpenShiftCluster",
        "azure:arckubernetes/cluster:Cluster",
        "azure:redhatopenshift/cluster:Cluster",
        "civo:index/kubernetesCluster:KubernetesCluster",
        "digitalocean:index/kubernetesCluster:KubernetesCluster",
        "gcp:container/attachedCluster:AttachedCluster",
        "gcp:container/awsCluster:AwsCluster",
        "gcp:container/azureCluster:AzureCluster",
        "gcp:container/cluster:Cluster",
        "gcp:edgecontainer/cluster:Cluster",
        "gcp:gkeonprem/bareMetalAdminCluster:BareMetalAdminCluster",
        "gcp:gkeonprem/bareMetalCluster:BareMetalCluster",
        "gcp:gkeonprem/vMwareCluster:VMwareCluster",
        "gcp:gkeonprem/vmwareAdminCluster:VmwareAdminCluster",
        "linode:index/lkeCluster:LkeCluster",
        "oci:ContainerEngine/cluster:Cluster",
        "openstack:containerinfra/cluster:Cluster",
        "ovh:CloudProject/kube:Kube",
        "rancher2:index/clusterV2:ClusterV2",
        "rke:index/cluster:Cluster",
        "scaleway:index/kubernetesCluster:KubernetesCluster",
        "scaleway:kubernetes/cluster:Cluster",
        "upcloud:index/kubernetesCluster:KubernetesCluster",
    },
}
"""Every token of the recorded packages that stands for a Kubernetes cluster."""

UNREAD: Final = frozenset(
    {
        ResourceKind.UNREAD_AKS_CLUSTER,
        ResourceKind.UNREAD_EKS_CLUSTER,
        ResourceKind.UNREAD_CLUSTER,
    }
)


def test_the_recorded_sdks_are_complete() -> None:
    """Six SDKs of clouds and more than 20 other packages, each with tokens of its own."""
    assert len(tokens(CLOUDS)) > 8000
    assert len(OTHERS) >= 20
    assert all(recorded()[package] for package in (*CLOUDS, *OTHERS))


def test_every_token_of_a_kubernetes_service_is_classified() -> None:
    """In one table and not by its words: a new token of a service needs a decision."""
    services = [token for token in tokens(CLOUDS) if SERVICE.fullmatch(token)]
    known = [*PATTERNS.values(), NO_CLUSTER]
    assert len(services) > 150
    assert [t for t in services if not any(matches(table, t) for table in known)] == []


def test_nothing_else_is_taken_for_a_cluster() -> None:
    """Of about 14,000 tokens: neither a Kafka cluster nor an ECS cluster, nor a node pool."""
    everything = tokens((*CLOUDS, *OTHERS))
    found = {kind: {t for t in everything if kind_of(t) is kind} for kind in CLUSTERS}
    assert found == CLUSTERS


def test_no_pattern_of_what_is_no_cluster_matches_a_cluster() -> None:
    """A table that names too much would hide a cluster."""
    clusters = [token for of_kind in CLUSTERS.values() for token in of_kind]
    assert [token for token in clusters if matches(NO_CLUSTER, token)] == []


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("network:tf:azurerm_kubernetes_cluster", ResourceKind.UNREAD_AKS_CLUSTER),
        ("vpc:tf:aws_eks_cluster", ResourceKind.UNREAD_EKS_CLUSTER),
        ("vpc:tf:awscc_eks_cluster", ResourceKind.UNREAD_EKS_CLUSTER),
        ("azurerm:index/kubernetesCluster:KubernetesCluster", ResourceKind.UNREAD_AKS_CLUSTER),
        ("aws:index/eksCluster:EksCluster", ResourceKind.UNREAD_EKS_CLUSTER),
        (
            "kubernetes:containerservice.azure.com/v1api20240901:ManagedCluster",
            ResourceKind.UNREAD_AKS_CLUSTER,
        ),
        (
            "kubernetes:containerservice.azure.com/v1api20240901:ManagedClusterPatch",
            ResourceKind.UNREAD_AKS_CLUSTER,
        ),
        (
            "kubernetes:infrastructure.cluster.x-k8s.io/v1beta1:AzureManagedControlPlane",
            ResourceKind.UNREAD_AKS_CLUSTER,
        ),
        (
            "kubernetes:infrastructure.cluster.x-k8s.io/v1beta1:AzureASOManagedControlPlane",
            ResourceKind.UNREAD_AKS_CLUSTER,
        ),
        (
            "kubernetes:controlplane.cluster.x-k8s.io/v1beta2:AWSManagedControlPlane",
            ResourceKind.UNREAD_EKS_CLUSTER,
        ),
        (
            "kubernetes:containerservice.azure.m.upbound.io/v1beta1:KubernetesCluster",
            ResourceKind.UNREAD_AKS_CLUSTER,
        ),
        ("kubernetes:eks.aws.upbound.io/v1beta1:Cluster", ResourceKind.UNREAD_EKS_CLUSTER),
        ("kubernetes:eks.services.k8s.aws/v1alpha1:Cluster", ResourceKind.UNREAD_EKS_CLUSTER),
        ("kubernetes:aks.cattle.io/v1:AKSClusterConfig", ResourceKind.UNREAD_AKS_CLUSTER),
        ("kubernetes:acme.io/v1:XKubernetesCluster", ResourceKind.UNREAD_CLUSTER),
        ("azure-native:hdinsight/v20230601preview:ClusterPool", ResourceKind.UNREAD_AKS_CLUSTER),
        ("azure-native:containerservice:ServerlessCluster", ResourceKind.UNREAD_AKS_CLUSTER),
        ("aws:eks/hybridCluster:HybridCluster", ResourceKind.UNREAD_EKS_CLUSTER),
        ("acme:index:AzureKubernetesService", ResourceKind.UNREAD_AKS_CLUSTER),
        ("lbrlabs-eks:index:Cluster", ResourceKind.UNREAD_EKS_CLUSTER),
        ("google:index/containerCluster:ContainerCluster", ResourceKind.OTHER_CLUSTER),
        ("net:tf:google_container_cluster", ResourceKind.OTHER_CLUSTER),
        ("net:tf:azurerm_arc_kubernetes_cluster", ResourceKind.OTHER_CLUSTER),
        (
            "kubernetes:controlplane.cluster.x-k8s.io/v1beta1:KubeadmControlPlane",
            ResourceKind.OTHER_CLUSTER,
        ),
        (
            "kubernetes:infrastructure.cluster.x-k8s.io/v1beta1:GCPManagedControlPlane",
            ResourceKind.OTHER_CLUSTER,
        ),
        ("kubernetes:container.gcp.upbound.io/v1beta1:Cluster", ResourceKind.OTHER_CLUSTER),
        ("kubernetes:postgresql.cnpg.io/v1:Cluster", None),
        ("kubernetes:rds.services.k8s.aws/v1:DBCluster", None),
        ("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", None),
        ("kubernetes:cluster.open-cluster-management.io/v1:ManagedCluster", None),
        ("kubernetes:containerservice.azure.com/v1api20240901:ManagedClustersAgentPool", None),
        ("azure-native:servicefabric/v20240401:ManagedCluster", None),
        ("net:tf:azurerm_service_fabric_managed_cluster", None),
        ("net:tf:azurerm_kubernetes_cluster_node_pool", None),
        ("net:tf:aws_eks_node_group", None),
        ("net:tf:azurerm_data_protection_backup_instance_kubernetes_cluster", None),
        ("acme:tasks:Cluster", None),
    ],
)
def test_tokens_that_no_list_has_are_told_by_their_words(
    token: str, kind: ResourceKind | None
) -> None:
    """Of Terraform modules, of providers bridged on demand, and of operators in a cluster."""
    assert kind_of(token) is kind


PACKAGE: Final = st.sampled_from(["acme", "platform-kit", "corp_infra", "azurerm", "shop"])
SERVICE_NAME: Final = st.sampled_from(["aks", "Aks", "AKS", "eks", "EKS", "kubernetes", "k8s"])
PREFIX: Final = st.sampled_from(["", "Managed", "Private", "Secure", "My", "Automatic", "Hybrid"])
SUFFIX: Final = st.sampled_from(["", "V2", "Preview", "Instance"])


def _title(word: str) -> str:
    return word[:1].upper() + word[1:]


@st.composite
def invented_clusters(draw: st.DrawFn) -> str:
    """Tokens of clusters of AKS, EKS or any Kubernetes, in all the ways tokens are written."""
    package, service = draw(PACKAGE), draw(SERVICE_NAME)
    prefix, suffix = draw(PREFIX), draw(SUFFIX)
    name = f"{prefix}{_title(service)}Cluster{suffix}"
    version = draw(st.sampled_from(["", "/v1", "/v20990101preview"]))
    return draw(
        st.sampled_from(
            [
                f"{package}:index:{name}",
                f"{package}:index/{name[:1].lower()}{name[1:]}:{name}",
                f"{package}:{service.lower()}{version}:{prefix}Cluster{suffix}",
                f"{package}:tf:acme_{service.lower()}_cluster",
                f"{package}:index:{service.lower()}cluster",
                f"kubernetes:{package.replace('_', '-')}.io/v1:{name}",
            ]
        )
    )


@given(invented_clusters())
def test_an_invented_token_that_looks_like_a_cluster_is_undecided(token: str) -> None:
    """Whatever the package is called, and whoever made it."""
    assert kind_of(token) in UNREAD


@given(st.from_regex(r"[a-z]{2,8}:(?:[a-z]{2,8}/)?[a-z]{2,8}:[A-Z][a-z]{2,12}", fullmatch=True))
def test_an_invented_token_without_the_words_of_a_cluster_is_none(token: str) -> None:
    """Random words are no cluster, however many begin like one."""
    words = ("kube", "aks", "eks", "gke", "managed", "openshift", "containerservice")
    if not any(word in token.lower() for word in words):
        assert kind_of(token) not in UNREAD

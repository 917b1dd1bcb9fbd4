"""The type tokens of Kubernetes services: those of a cluster, of a part of one, or of neither.

A test compares these tables with every type token of the recorded SDKs: each token of a Kubernetes
service is in exactly one of them. A token in none of them is judged by its words; the tables hold
what the words alone would get wrong.

Sources: the Python SDKs whose versions `tests/data/type_tokens.json.gz` records; the API references
of Azure Service Operator, Cluster API, Crossplane, AWS Controllers for Kubernetes and Rancher.
"""

from typing import Final

from kubewitness.catalog.token_patterns import classic, kubernetes, native, terraform

UNREAD_AKS: Final = (
    native("hdinsight", "ClusterPool"),
    native("hybridcontainerservice", r"ProvisionedCluster\w*"),
    classic("arckubernetes", "ProvisionedCluster"),
    terraform("azurerm_arc_kubernetes_provisioned_cluster"),
    kubernetes(r"aks\.cattle\.io", "AKSClusterConfig"),
)
"""AKS clusters, also on Azure Local and in HDInsight, whose properties no adapter reads."""

UNREAD_EKS: Final = (
    kubernetes(r"eks\.cattle\.io", "EKSClusterConfig"),
    kubernetes(r"anywhere\.eks\.amazonaws\.com", "Cluster"),
)
"""EKS clusters whose properties no adapter reads."""

FLEETS: Final = (
    native("containerservice", "Fleet"),
    classic("containerservice", "KubernetesFleetManager"),
)
"""Fleets, whose diagnostic settings have the log categories of clusters."""

BY_PROPERTIES: Final = (
    *FLEETS,
    terraform("azurerm_kubernetes_fleet_manager"),
    kubernetes(r"containerservice\.azure\.com", "Fleet"),
    native("machinelearningservices", "Compute|MachineLearningCompute"),
    r"rancher2:\w+/cluster:Cluster",
    terraform("rancher2_cluster"),
    kubernetes(r"management\.cattle\.io", "Cluster"),
    kubernetes(r"cluster\.x-k8s\.io", "Cluster"),
)
"""Resources whose properties determine whether they make a cluster, and of which platform."""

PLATFORMS: Final = {
    "Azure Red Hat OpenShift": (
        native("redhatopenshift|containerservice", r"OpenShift\w*Cluster"),
        classic("redhatopenshift", "Cluster"),
    ),
    "Azure Arc": (
        classic("arckubernetes", "Cluster"),
        terraform("azurerm_arc_kubernetes_cluster"),
    ),
    "Azure Operator Nexus": (native("networkcloud", "KubernetesCluster"),),
    "Azure Stack Edge": (native("databoxedge", "KubernetesRole"),),
    "AWS connector of Azure": (native("awsconnector", "EksCluster"),),
    "Google Kubernetes Engine": (
        r"gcp:(?:container|edgecontainer)/\w*[cC]luster:\w*Cluster",
        r"gcp:gkeonprem/\w+Cluster:\w+",
        r"google-native:container/\w+:Cluster",
        terraform("google_container_cluster"),
        kubernetes(r"container\.(?:gcp|cnrm)\.[\w.]+", r"\w*Cluster"),
    ),
    "DigitalOcean": (r"digitalocean:\w+/kubernetesCluster:\w+",),
    "Akamai Linode": (r"linode:\w+/lkeCluster:\w+",),
    "Civo": (r"civo:\w+/kubernetesCluster:\w+",),
    "Scaleway": (r"scaleway:(?:kubernetes/cluster|index/kubernetesCluster):\w+",),
    "OVHcloud": (r"ovh:CloudProject/kube:Kube",),
    "Oracle Cloud Infrastructure": (r"oci:ContainerEngine/cluster:Cluster",),
    "Alibaba Cloud": (
        r"alicloud:cs/(?:kubernetes|\w+Kubernetes):\w+",
        r"alicloud:ackone/cluster:Cluster",
    ),
    "OpenStack": (r"openstack:containerinfra/cluster:Cluster",),
    "UpCloud": (r"upcloud:\w+/kubernetesCluster:\w+",),
    "Rancher": (
        r"rancher2:\w+/clusterV2:ClusterV2",
        r"rke:\w+/cluster:Cluster",
        kubernetes(r"provisioning\.cattle\.io", "Cluster"),
    ),
}
"""Kubernetes clusters of platforms that have no policies."""

NO_CLUSTER: Final = (
    native(
        "containerservice",
        r"AgentPool|AutoUpgradeProfile|DeploymentSafeguard|Fleet(?:ManagedNamespace|Member|Update\w+)"
        r"|IdentityBinding|LoadBalancer|MaintenanceConfiguration|ManagedClusterSnapshot"
        r"|ManagedNamespace|MeshMembership|Namespace|PrivateEndpointConnection|Snapshot"
        r"|TrustedAccessRoleBinding|UpdateRun",
    ),
    native(
        "hybridcontainerservice", r"ClusterInstanceHybridIdentityMetadatum|VirtualNetworkRetrieve"
    ),
    native(r"kubernetesconfiguration|kubernetesruntime", r"\w+"),
    native("redhatopenshift", r"MachinePool|Secret|Sync\w+"),
    native("networkcloud", r"KubernetesClusterFeature|KubernetesVersion"),
    native("servicefabric", r"ManagedCluster\w*"),
    native("web", "KubeEnvironment"),
    native("migrate", r"Aks\w+"),
    native("awsconnector", "EksNodegroup"),
    classic(
        "containerservice",
        r"ClusterDeploymentSafeguard|ClusterTrustedAccessRoleBinding|ConnectedRegistry|Fleet\w+"
        r"|FluxConfiguration|Group|KubernetesClusterExtension|KubernetesClusterNodePool"
        r"|Registry\w*|TokenPassword",
    ),
    classic("arckubernetes", "ClusterExtension|FluxConfiguration"),
    classic("dataprotection", r"Backup(?:Instance|Policy)KubernetesCluster"),
    classic("machinelearning", "InferenceCluster"),
    classic("servicefabric", "ManagedCluster"),
    terraform("azurerm_data_protection_backup_(?:instance|policy)_kubernetes_cluster"),
    r"aws(?:-native)?:emrcontainers[/:].+",
    r"aws(?:-native:eks|:eks/\w+):(?:Access\w+|Addon|Capability|CertificateAuthority)",
    r"aws(?:-native:eks|:eks/\w+):(?:FargateProfile|IdentityProviderConfig)",
    r"aws(?:-native:eks|:eks/\w+):(?:Node[gG]roup|PodIdentityAssociation)",
    r"eks:index:(?:Addon|ClusterCreationRoleProvider|\w*NodeGroup\w*|VpcCniAddon)",
    r"gcp:(?:gkebackup|gkehub)/.+",
    r"gcp:container/(?:\w*NodePool|\w*nodePool|azureClient|registry):\w+",
    r"gcp:edgecontainer/(?:nodePool|vpnConnection):\w+",
    r"gcp:gkeonprem/\w+NodePool:\w+",
    r"castai:(?:aws|azure|gcp):\w+",
    r"alicloud:edas/k8sCluster:K8sCluster",
    r"openstack:containerinfra/clusterTemplate:ClusterTemplate",
    kubernetes(r"cluster\.open-cluster-management\.io", "ManagedCluster"),
)
"""Parts of clusters, registrations of clusters elsewhere, and what is only called a cluster."""

SERVICES: Final = frozenset({"kubernetes", "kube", "aks", "eks", "containerservice"})
"""Words of a token that suggest a Kubernetes cluster."""

AKS_WORDS: Final = frozenset({"aks", "azure", "azurerm", "containerservice"})
EKS_WORDS: Final = frozenset({"eks", "aws", "amazon", "amazonaws"})
"""Words of a token that suggest one of the two platforms."""

OTHER_SERVICES: Final = frozenset(
    {
        *("ack", "ackone", "cce", "containerengine", "containerinfra", "doks", "gke", "k0s", "k3d"),
        *("k3s", "kind", "kops", "kubeadm", "lke", "magnum", "minikube", "mks", "oke", "openshift"),
        *("rke", "rosa", "sks", "talos", "tanzu", "tke", "tkg"),
    }
)
"""Words of a token that suggest Kubernetes clusters of other platforms."""

OTHER_CLOUDS: Final = frozenset(
    {
        *("alicloud", "civo", "digitalocean", "exoscale", "gcp", "google", "hcloud", "huaweicloud"),
        *("ibm", "ionoscloud", "linode", "nutanix", "oci", "openstack", "ovh", "scaleway"),
        *("stackit", "tencentcloud", "upcloud", "volcengine", "vultr", "yandex"),
    }
)
"""Words of a token that suggest other clouds."""

OTHER_PRODUCTS: Final = frozenset(
    {
        *("fabric", "servicefabric", "kafka", "redis", "sql", "spark", "hadoop", "hbase", "mongo"),
        *("cassandra", "postgres", "postgresql", "elasticsearch", "opensearch", "db", "database"),
    }
)
"""Words of a token that suggest a managed cluster without Kubernetes."""

ENDINGS: Final = frozenset(
    {
        *("alpha", "automatic", "beta", "component", "construct", "engine", "environment"),
        *("instance", "list", "module", "patch", "platform", "preview", "service", "stack"),
        *("template", "v"),
    }
)
"""Last words of a token that do not change its meaning, such as those of a version."""

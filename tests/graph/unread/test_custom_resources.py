"""What may hide a cluster is undecided, and what no policy judges is one line; never silence."""

import json
from typing import Any

import pytest

from kubewitness.graph.build import build_graph
from kubewitness.graph.model import AksCluster, EksCluster
from kubewitness.graph.resources import Origin, Resource
from kubewitness.graph.values import Unknown

NATIVE = "azure-native:"
LATER = Unknown("later")
CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters"
CLUSTER = {"type": CLUSTER_TYPE, "name": "aks"}
SITE = {"type": "Microsoft.Web/sites", "name": "site"}
ASSET = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17"}
ASO = {"apiVersion": "containerservice.azure.com/v1api20240901", "kind": "ManagedCluster"}
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap"}
EKS_TEMPLATE = {"Resources": {"C": {"Type": "AWS::EKS::Cluster"}}}


def made(token: str, properties: dict[str, Any], **more: Any) -> Resource:
    """A resource of this stack."""
    return Resource("urn:other", token, "other", properties, LATER, **more)


def opaque(resource: Resource) -> list[object]:
    """Which kinds of cluster it may hide."""
    return [one.of for one in build_graph([resource]).opaque]


def unassessed(resource: Resource) -> list[str]:
    """What is said of it without a verdict."""
    return [one.why for one in build_graph([resource]).unassessed]


@pytest.mark.parametrize(
    ("token", "properties", "expected"),
    [
        ("net:tf:azurerm_kubernetes_cluster", {}, [AksCluster]),
        ("net:tf:aws_eks_cluster", {}, [EksCluster]),
        ("acme:index:KubernetesCluster", {}, [None]),
        (f"{NATIVE}containerservice:Fleet", {}, []),
        (f"{NATIVE}containerservice:Fleet", {"hubProfile": {"dnsPrefix": "x"}}, [AksCluster]),
        (f"{NATIVE}containerservice:Fleet", {"hubProfile": LATER}, [AksCluster]),
        ("net:tf:azurerm_kubernetes_fleet_manager", {"hub_profile": []}, []),
        ("net:tf:azurerm_kubernetes_fleet_manager", {"hub_profile": [{}]}, [AksCluster]),
        (
            f"{NATIVE}machinelearningservices:Compute",
            {"properties": {"computeType": "AKS"}},
            [AksCluster],
        ),
        (f"{NATIVE}machinelearningservices:Compute", {"properties": LATER}, [AksCluster]),
        (
            f"{NATIVE}machinelearningservices:Compute",
            {"properties": {"computeType": "AmlCompute"}},
            [],
        ),
        (f"{NATIVE}hdinsight/v20230601preview:ClusterPool", {}, [AksCluster]),
        ("rancher2:index/cluster:Cluster", {"aksConfigV2": {"name": "x"}}, [AksCluster]),
        ("rancher2:index/cluster:Cluster", {"eksConfigV2": LATER}, [EksCluster]),
        ("kubernetes:cluster.x-k8s.io/v1beta1:Cluster", {"spec": {}}, [None]),
        (
            "kubernetes:cluster.x-k8s.io/v1beta1:Cluster",
            {"spec": {"controlPlaneRef": {"kind": "AzureManagedControlPlane"}}},
            [AksCluster],
        ),
        (
            "kubernetes:apiextensions.crossplane.io/v1:Composition",
            {"spec": {"resources": [{"base": {**ASO}}]}},
            [AksCluster],
        ),
        ("kubernetes:apiextensions.crossplane.io/v1:Composition", {"spec": {}}, []),
        (
            "aws:cloudformation/stack:Stack",
            {"templateBody": json.dumps(EKS_TEMPLATE)},
            [EksCluster],
        ),
        (
            "aws:cloudformation/stack:Stack",
            {"templateBody": json.dumps(EKS_TEMPLATE).replace("A", "\\u0041")},
            [EksCluster],
        ),
        ("aws:cloudformation/stack:Stack", {"templateUrl": "https://x"}, [EksCluster]),
        ("aws:cloudformation/stack:Stack", {"templateBody": LATER}, [EksCluster]),
        ("aws:cloudformation/stack:Stack", {"templateBody": "Resources: {Q: AWS::SQS::Queue}"}, []),
        ("aws:cloudcontrol/resource:Resource", {"typeName": "AWS::EKS::Cluster"}, [EksCluster]),
        ("aws:cloudcontrol/resource:Resource", {"typeName": "AWS::S3::Bucket"}, []),
        ("aws-native:index:ExtensionResource", {"type": LATER}, [EksCluster]),
        ("azure-native:blueprint:Assignment", {"blueprintId": "x"}, [AksCluster]),
        ("azure-native:solutions:Application", {"kind": "MarketPlace"}, [AksCluster]),
        (
            "azure-native:resources:TemplateSpecVersion",
            {"mainTemplate": {"resources": [CLUSTER]}},
            [AksCluster],
        ),
        (
            "net:tf:azapi_resource",
            {"type": f"{CLUSTER_TYPE}@x", "body": "{}"},
            [AksCluster],
        ),
        ("azapi:resources:Resource", {"type": f"{CLUSTER_TYPE}/agentPools@x", "body": {}}, []),
    ],
)
def test_a_resource_that_may_make_a_cluster_is_opaque(
    token: str, properties: dict[str, Any], expected: list[object]
) -> None:
    """For the policies on that kind of cluster; for all of them if nobody knows the kind."""
    assert opaque(made(token, properties)) == expected


@pytest.mark.parametrize(
    "template",
    [
        json.dumps({"resources": [CLUSTER]}).replace("M", "\\u004d"),
        {"Resources": [CLUSTER]},
        {"resources": [{"Type": CLUSTER_TYPE.upper(), "Name": "aks"}]},
        {"Resources": [SITE], "resources": [SITE]},
        '{"resources": [], "resources": []}',
        "\ufeff" + json.dumps({"resources": [CLUSTER]}),
        {**ASSET, "text": json.dumps({"resources": [CLUSTER]})},
        {**ASSET, "path": "template.json"},
        {
            "resources": [
                {
                    "type": "Microsoft.ContainerService/fleets",
                    "name": "fleet",
                    "Properties": {"HubProfile": {}},
                }
            ]
        },
        {
            "resources": [
                {
                    "type": "Microsoft.MachineLearningServices/workspaces/computes",
                    "name": "space/compute",
                    "properties": {"ComputeType": "AKS"},
                }
            ]
        },
        {"resources": [{"type": "Microsoft.Solutions/applications", "name": "managed"}]},
        {"resources": "[variables('resources')]"},
        {"resources": [{"type": "[variables('type')]", "name": "x"}]},
        "[json(parameters('template'))]",
        {
            "resources": [
                {
                    "type": "Microsoft.Resources/deploymentStacks",
                    "name": "x",
                    "Properties": {"Template": {"Resources": [CLUSTER]}},
                }
            ]
        },
        {"resources": [{"type": "Microsoft.Resources/deployments", "name": "x"}]},
    ],
    ids=str,
)
def test_a_template_is_read_as_azure_reads_it(template: Any) -> None:
    """With escapes, keys in any case, keys twice, assets; what cannot be read is not empty."""
    resource = made(f"{NATIVE}resources:Deployment", {"properties": {"template": template}})
    assert opaque(resource) == [AksCluster]


@pytest.mark.parametrize(
    "template",
    [
        {"resources": [SITE]},
        {"Resources": {"site": SITE}},
        json.dumps({"resources": [SITE], "outputs": {"x": f"resourceId('{CLUSTER_TYPE}', 'a')"}}),
        {**ASSET, "text": json.dumps({"resources": [SITE]})},
        {"resources": [{"type": f"{CLUSTER_TYPE}/maintenanceConfigurations", "name": "a/default"}]},
    ],
    ids=str,
)
def test_a_template_without_a_cluster_is_not_blocked(template: Any) -> None:
    """To name a cluster, or to configure when it is maintained, creates none."""
    resource = made(f"{NATIVE}resources:Deployment", {"properties": {"template": template}})
    assert opaque(resource) == []


@pytest.mark.parametrize("token", ["acme:index:AksCluster", "acme:index:KubernetesCluster"])
def test_only_a_managed_custom_resource_is_a_cluster(token: str) -> None:
    """A component's children are visible, and what is only read is not ours."""
    assert opaque(made(token, {}, custom=False)) == []
    assert opaque(made(token, {}, origin=Origin.READ)) == []


@pytest.mark.parametrize(
    ("token", "properties", "words"),
    [
        ("gcp:container/cluster:Cluster", {}, "Google Kubernetes Engine"),
        ("digitalocean:index/kubernetesCluster:KubernetesCluster", {}, "DigitalOcean"),
        ("net:tf:google_container_cluster", {}, "Google Kubernetes Engine"),
        ("net:tf:linode_lke_cluster", {}, "another platform"),
        (f"{NATIVE}kubernetes:ConnectedCluster", {}, "Azure Arc"),
        ("rancher2:index/cluster:Cluster", {"rke2Config": {}}, "Rancher"),
        (
            "kubernetes:cluster.x-k8s.io/v1beta1:Cluster",
            {"spec": {"controlPlaneRef": {"kind": "KubeadmControlPlane"}}},
            "Cluster API",
        ),
        (
            f"{NATIVE}machinelearningservices:Compute",
            {"properties": {"computeType": "AKS", "resourceId": LATER}},
            "attaches a cluster that exists",
        ),
        ("kubernetes:helm.sh/v3:Release", {"chart": "nginx"}, "not read"),
        ("command:local:Command", {"create": "az aks create -n x"}, "`az aks create`"),
        (
            f"{NATIVE}resources:Deployment",
            {
                "properties": {
                    "template": {
                        "resources": [
                            {
                                "type": "Microsoft.Resources/deploymentScripts",
                                "name": "x",
                                "properties": {"scriptContent": "az aks command invoke -n x"},
                            },
                            {"type": "Microsoft.RedHatOpenShift/openShiftClusters", "name": "y"},
                        ]
                    }
                }
            },
            "`az aks command invoke`",
        ),
    ],
)
def test_what_no_policy_judges_is_named(token: str, properties: dict[str, Any], words: str) -> None:
    """One line, and no verdict."""
    resource = made(token, properties)
    assert words in " ".join(unassessed(resource))
    assert opaque(resource) == []


@pytest.mark.parametrize(
    ("token", "properties", "expected", "notes"),
    [
        ("kubernetes:helm.sh/v4:Chart", {"chart": "nginx"}, [], 1),
        ("kubernetes-cert-manager:index:CertManager", {}, [], 1),
        ("awsx:ec2:Vpc", {}, [], 0),
        ("eks:index:NodeGroupV2", {}, [], 0),
        ("acme:index:Platform", {}, [None], 0),
        ("acme:index:AksPlatform", {}, [AksCluster], 0),
        ("kubernetes:yaml/v2:ConfigGroup", {"objs": [CONFIG_MAP, ASO]}, [AksCluster], 0),
        ("kubernetes:yaml/v2:ConfigGroup", {"objs": [CONFIG_MAP]}, [], 1),
        (
            "kubernetes:yaml/v2:ConfigGroup",
            {"yaml": f"---\n{json.dumps(CONFIG_MAP)}\n---\n{json.dumps(ASO)}\n"},
            [AksCluster],
            0,
        ),
        ("kubernetes:yaml/v2:ConfigGroup", {"yaml": "apiVersion: [kind"}, [], 1),
    ],
)
def test_a_remote_component_hides_what_its_package_can_contain(
    token: str, properties: dict[str, Any], expected: list[object], notes: int
) -> None:
    """Charts are a note, packages without clusters nothing, unknown components undecided."""
    component = made(token, properties, origin=Origin.REMOTE, custom=False)
    assert opaque(component) == expected
    assert len(unassessed(component)) == notes


def test_aliases_in_yaml_are_read_once() -> None:
    """Nine lines of aliases stand for a billion objects."""
    rows = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    text = "\n".join(["apiVersion: v1", "kind: List", "a0: &a0 [x]", *rows])
    group = made("kubernetes:yaml/v2:ConfigGroup", {"yaml": text}, origin=Origin.REMOTE)
    assert opaque(group) == []

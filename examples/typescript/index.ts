import * as kubewitness from "@pulumi/kubewitness";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

const shop = new kubewitness.SecureAksCluster("shop", {
    resourceGroupName: config.require("resourceGroupName"),
    clusterAdmins: { groupObjectIds: [config.require("adminGroupId")] },
    apiAccess: { authorizedIpRanges: ["203.0.113.0/24"] },
    systemPool: { count: 3 },
});

export const clusterId = shop.clusterId;
export const collected = shop.collected;

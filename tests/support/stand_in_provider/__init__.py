"""A stand-in for the Azure resource providers of Pulumi.

The real engine starts it as a plugin and previews, creates, reads and deletes through it. It never
contacts anything: identifiers are derived from the inputs, and what Azure would compute is made up.

What policies see is copied from the real azure-native provider, version 3:

* its outputs are the answer of Azure. Inputs that only say where a resource is (`resourceUri`,
  `resourceGroupName`, `resourceName` …) are *not* among them;
* at preview every output that is not an input is unknown, at every depth: where only `category` is
  given, `logs[0].categoryGroup` is unknown, not absent;
* what Azure adds by itself is among the outputs, also of a refresh, which hands on to the inputs
  only what changed since the last outputs;
* it takes no secrets. The engine hands over plain values and marks the answers secret again.

Set `STAND_IN_LOG` to a file to have each call that is not part of a preview appended to it, as one
line of JSON. What stands there as created can be imported. `STAND_IN_TABLE_PLAN` is the plan of a
workspace's tables, by default Analytics. `STAND_IN_DRIFT` is what Azure changed by itself since:
JSON, for each kind of resource its paths and their values. With `STAND_IN_READER`, whoever deploys
may read and do nothing else.
"""

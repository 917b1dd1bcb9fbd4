"""Whether a CloudFormation stack, or a resource of AWS Cloud Control, may make an EKS cluster.

Sources: AWS Classic and AWS Native API docs for cloudformation.Stack, cloudformation.StackSet,
cloudcontrol.Resource and ExtensionResource; AWS CloudFormation user guide, "Nested stacks".
"""

import json
from typing import Any, Final

from kubewitness.azure.resource_ids import fold
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import ABSENT, Unknown, read

_READABLE: Final = ("templateBody", "template_body", "template", "typeName", "type_name", "type")
_ELSEWHERE: Final = ("templateUrl", "template_url")
_CLUSTER: Final = "aws::eks::cluster"
_HIDES_ITS_CONTENT: Final = ("aws::cloudformation::stack", "aws::include", "fn::transform")


def may_make_an_eks_cluster(resource: Resource) -> bool:
    """Return whether it names an EKS cluster, or hides what it makes."""
    if any(read(resource.properties, name) is not ABSENT for name in _ELSEWHERE):
        return True
    return any(_may_name_one(read(resource.properties, name)) for name in _READABLE)


def _may_name_one(value: Any) -> bool:
    if value is ABSENT:
        return False
    if isinstance(value, Unknown):
        return True
    text = fold(str(_parsed(value)))
    return _CLUSTER in text or "unknown(" in text or any(one in text for one in _HIDES_ITS_CONTENT)


def _parsed(value: Any) -> Any:
    """Parse a template in JSON, whose text may hide a type behind escapes."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value

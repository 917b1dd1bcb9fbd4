"""Resources from CrossGuard calls: the one place that touches raw policy properties.

CrossGuard shows a resource twice: alone with its inputs, then in the stack with its outputs and
with what each property came from. During a preview every output that is no input is unknown, and
some inputs are no outputs (`resourceUri`, `resourceGroupName`). So the inputs are remembered from
the first call and used in the second; only both together say what is absent and what is unknown.

The SDK hands out proxies that raise on any access to an unknown value and then downgrade the
whole policy to advisory, so a policy that is not written against this fails open. Here the
proxies are unwrapped once, and each of the SDK's sentinels becomes an `Unknown`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pulumi_policy import PolicyResource, ResourceValidationArgs, proxy

from kubewitness.graph.build import DESTINATION_PROPERTIES, TARGET_PROPERTIES
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown

_SENTINELS: Final = frozenset(
    value
    for name, value in vars(proxy).items()
    if name.startswith("UNKNOWN_") and isinstance(value, str)
)
_BEHIND_THE_PROXY: Final = "__target"
"""The key under which the SDK's proxies hand out what they wrap, unknown values included."""

_ONLY_INPUTS_SAY: Final = (*TARGET_PROPERTIES, *DESTINATION_PROPERTIES)
"""What outputs may lack although the program has set it: where something is, and goes."""

_BEFORE_DEPLOYMENT: Final = Unknown("it is known only after the deployment")


class RememberedInputs:
    """The inputs of each resource by URN, from the calls that show one resource at a time."""

    def __init__(self) -> None:
        self._inputs: dict[str, dict[str, Any]] = {}

    def remember(self, args: ResourceValidationArgs) -> None:
        """Note the inputs of a resource; the last call counts."""
        self._inputs[args.urn] = plain(args.props)

    def complete(self, resource: Resource) -> Resource:
        """The resource with the inputs remembered in place of its outputs.

        Of the outputs only the id is of use: everything else that Azure adds is no decision of
        the program. Without inputs the outputs stay, and what they hide is unknown.
        """
        inputs = self._inputs.get(resource.urn)
        if inputs is None:
            hidden = dict.fromkeys(_ONLY_INPUTS_SAY, Unknown("the inputs were never shown"))
            inputs = {**hidden, **resource.properties}
        return replace(resource, properties=inputs)


def from_resource_call(args: ResourceValidationArgs) -> Resource:
    """The resource of a resource policy: its inputs, without any link to others."""
    return Resource(
        urn=args.urn,
        type=args.resource_type,
        name=args.name,
        properties=plain(args.props),
        options=_options(args.opts),
    )


def from_stack_call(
    resources: Sequence[PolicyResource], inputs: RememberedInputs
) -> list[Resource]:
    """The resources of a stack policy, completed by the inputs remembered."""
    return [inputs.complete(_from_policy_resource(resource)) for resource in resources]


def _from_policy_resource(resource: PolicyResource) -> Resource:
    properties = plain(resource.props)
    identifier = properties.get("id")
    return Resource(
        urn=resource.urn,
        type=resource.resource_type,
        name=resource.name,
        properties=properties,
        id=identifier if isinstance(identifier, str) else _BEFORE_DEPLOYMENT,
        property_dependencies={
            name: tuple(source.urn for source in sources)
            for name, sources in resource.property_dependencies.items()
        },
        parent=resource.parent.urn if resource.parent else "",
        options=_options(resource.opts),
    )


def _options(options: Any) -> dict[str, Any]:
    return {"protect": options.protect, "ignoreChanges": list(options.ignore_changes)}


def plain(value: Any) -> Any:
    """Plain JSON from a proxied value, with `Unknown` in place of each sentinel."""
    if isinstance(value, str):
        return _BEFORE_DEPLOYMENT if value in _SENTINELS else value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in _unwrap(value).items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in _unwrap(value)]
    return value


def _unwrap(proxied: Any) -> Any:
    """The mapping or list behind a proxy; anything else as it is."""
    is_proxy = type(proxied).__module__ == proxy.__name__
    return proxied[_BEHIND_THE_PROXY] if is_proxy else proxied

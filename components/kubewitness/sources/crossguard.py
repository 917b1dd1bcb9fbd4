"""Resources from CrossGuard calls: the one place that touches raw policy properties.

CrossGuard shows a resource twice: alone with its inputs, then in the stack with its outputs and
with the origin of each property. During a preview, every output that is not an input is unknown,
and some inputs are not outputs (`resourceUri`, `resourceGroupName`). So the inputs are stored
during the first call and used in the second. Only both together show what is absent and what is
unknown.

The SDK hands out proxies that raise on any access to an unknown value and then downgrade the
whole policy to advisory, so a policy that is not written against this fails open. Here the
proxies are unwrapped once, and each of the SDK's sentinels becomes an `Unknown`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pulumi_policy import PolicyResource, ResourceValidationArgs, proxy
from pulumi_policy.secret import Secret, secrets_preserving_proxy

from kubewitness.catalog.property_values import REDACTED
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.diagnostic_settings import DESTINATION_PROPERTIES, TARGET_PROPERTIES
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Origin, Resource
from kubewitness.graph.values import Unknown

_SENTINELS: Final = frozenset(
    value
    for name, value in vars(proxy).items()
    if name.startswith("UNKNOWN_") and isinstance(value, str)
)
_BEHIND_THE_PROXY: Final = "__target"
"""The key under which the SDK's proxies hand out what they wrap, unknown values included."""

_ONLY_INPUTS_SAY: Final = (
    *TARGET_PROPERTIES,
    *(name for names in DESTINATION_PROPERTIES.values() for name in names),
)
"""Properties that outputs may lack although the program has set them: location and destination."""

_PROVIDERS: Final = "pulumi:providers:"
"""How the types of providers begin, which have no provider themselves."""

_BEFORE_DEPLOYMENT: Final = Unknown()

_REDACTED: Final = Unknown(
    "it is a secret that the Pulumi CLI could not decrypt",
    "export the state with `--show-secrets`, and run `kubewitness check` on the file",
)


class RememberedInputs:
    """The inputs of each resource by URN, from the calls that show one resource at a time."""

    def __init__(self) -> None:
        self._inputs: dict[str, dict[str, Any]] = {}

    def remember(self, resource: Resource) -> None:
        """Note the inputs of a resource; the last call counts."""
        self._inputs[resource.urn] = dict(resource.properties)

    def complete(self, resource: Resource) -> Resource:
        """Return the resource with the inputs remembered in place of its outputs.

        Only the ID and the values that Azure alone decides are taken from the outputs: everything
        else that it adds is not a decision of the program. Without inputs the outputs are kept, and
        values that they hide are unknown.
        """
        inputs = self._inputs.get(resource.urn)
        if inputs is None:
            hidden = dict.fromkeys(_ONLY_INPUTS_SAY, Unknown("the inputs were never shown"))
            return replace(resource, properties={**hidden, **resource.properties})
        origin = _origin(resource.type, inputs)
        outputs = resource.properties
        properties = inputs if origin is Origin.MANAGED else outputs
        return replace(resource, properties=properties, outputs=outputs, origin=origin)


def is_relevant(shown: ResourceValidationArgs | PolicyResource) -> bool:
    """Return whether the graph uses a resource; all others are not even converted."""
    return kind_of(shown.resource_type) is not None and is_custom(shown)


def is_custom(shown: ResourceValidationArgs | PolicyResource) -> bool:
    """Return whether a provider makes a resource: the engine shows none for a component."""
    return shown.provider is not None or shown.resource_type.startswith(_PROVIDERS)


def from_resource_call(args: ResourceValidationArgs) -> Resource:
    """Return the resource of a resource policy: its inputs, without any link to others."""
    properties = plain(args.props)
    return Resource(
        urn=args.urn,
        type=args.resource_type,
        name=args.name,
        properties=properties,
        origin=_origin(args.resource_type, properties),
        provider=_provider(args),
        options=_options(args.opts),
    )


def _origin(token: str, inputs: Mapping[str, Any]) -> Origin:
    """Return whether the stack manages a resource or only reads it, which then has no inputs.

    A managed resource has at least a resource group, a role or a target. A resource group itself
    may have nothing.
    """
    may_be_bare = kind_of(token) in (None, ResourceKind.RESOURCE_GROUP)
    return Origin.MANAGED if inputs or may_be_bare else Origin.READ


def from_stack_call(
    resources: Sequence[PolicyResource], inputs: RememberedInputs
) -> list[Resource]:
    """Return the resources of a stack policy that matter, completed by remembered inputs."""
    return [
        inputs.complete(_from_policy_resource(resource))
        for resource in resources
        if is_relevant(resource)
    ]


def amended(
    args: ResourceValidationArgs, changes: Iterable[tuple[tuple[str, ...], Any, bool]]
) -> dict[str, Any]:
    """Return all properties of a remediation call, some of them changed.

    Everything else is handed back as it came: a secret stays secret, around a change, too, and
    what is unknown stays unknown.

    Args:
        args: the call.
        changes: for each the property's path from the outside in, its value, and whether the
            value is a list of items to add to what is there.
    """
    raw = args.props[_BEHIND_THE_PROXY] if isinstance(args.props, _SECRETS_PROXY) else args.props
    changed: dict[str, Any] = dict(raw)
    for path, value, append in changes:
        changed = _amend(changed, path, value, append=append)
    return changed


_SECRETS_PROXY: Final = type(secrets_preserving_proxy({}))


def _amend(raw: Any, path: tuple[str, ...], value: Any, *, append: bool) -> Any:
    if isinstance(raw, Secret):
        return Secret(_amend(raw.value, path, value, append=append))
    if not path:
        return [*(raw or ()), *value] if append else value
    inner = dict(raw or {})
    inner[path[0]] = _amend(inner.get(path[0]), path[1:], value, append=append)
    return inner


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
        provider=_provider(resource),
        options=_options(resource.opts),
    )


def _provider(shown: ResourceValidationArgs | PolicyResource) -> str:
    return shown.provider.urn if shown.provider else ""


def _options(options: Any) -> dict[str, Any]:
    return {"protect": options.protect, "ignoreChanges": list(options.ignore_changes)}


def plain(value: Any) -> Any:
    """Return plain JSON from a proxied value, with `Unknown` in place of each sentinel."""
    if isinstance(value, str):
        if value == REDACTED:
            return _REDACTED
        return _BEFORE_DEPLOYMENT if value in _SENTINELS else value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in _unwrap(value).items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in _unwrap(value)]
    return value


def _unwrap(proxied: Any) -> Any:
    """Return the mapping or list behind a proxy; anything else as it is."""
    is_proxy = type(proxied).__module__ == proxy.__name__
    return proxied[_BEHIND_THE_PROXY] if is_proxy else proxied

"""How each provider spells the type token of one resource, as patterns of a whole token."""


def native(module: str, name: str) -> str:
    """Return the pattern of one Azure Native resource in all versions of that provider."""
    return rf"azure-(?:native|nextgen)(?:_(?:{module})_v\w+)?:(?:{module})(?:/\w+)?:(?:{name})"


def classic(module: str, name: str) -> str:
    """Return the pattern of one resource of the classic Azure provider."""
    return rf"azure:(?:{module})/\w+:(?:{name})"


def terraform(name: str) -> str:
    """Return the pattern of one Terraform resource under any package.

    The children of a Terraform module keep Terraform's name. A provider that Pulumi bridges on
    demand is called as in Terraform and writes the rest of the name in camel case.

    Args:
        name: Terraform's name, such as `azurerm_kubernetes_cluster`; a pattern.
    """
    provider, _, rest = name.partition("_")
    camel = "".join(part[:1].upper() + part[1:] for part in rest.split("_"))
    return rf"[^:]+:tf:{name}|{provider}:\w+/\w+:{camel}"


def kubernetes(group: str, kind: str) -> str:
    """Return the pattern of one kind of Kubernetes object in all versions of its group."""
    return rf"kubernetes:{group}/\w+:(?:{kind})(?:Patch|List)?"

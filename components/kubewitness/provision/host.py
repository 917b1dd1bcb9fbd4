"""Serves the components to programs in every Pulumi language."""

import sys
from importlib.metadata import version
from typing import Any, Final

import pulumi
from pulumi.provider import ConstructResult, main
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from kubewitness.provision.aks_audit_logging.component import AksAuditLogging
from kubewitness.provision.aks_audit_logging.model import AksAuditLoggingModel
from kubewitness.provision.arguments.reporting import reported_at_once
from kubewitness.provision.arguments.validation import Arguments, InvalidArguments
from kubewitness.provision.audit_archive.component import AuditArchive
from kubewitness.provision.audit_archive.model import AuditArchiveModel
from kubewitness.provision.audit_detections.component import AuditDetections
from kubewitness.provision.audit_detections.model import AuditDetectionsModel
from kubewitness.provision.secure_aks_cluster.component import SecureAksCluster
from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel

COMPONENTS: Final[dict[type[pulumi.ComponentResource], type[Arguments]]] = {
    SecureAksCluster: SecureAksClusterModel,
    AksAuditLogging: AksAuditLoggingModel,
    AuditArchive: AuditArchiveModel,
    AuditDetections: AuditDetectionsModel,
}
"""The components, each with the model of its arguments."""

_MODELS: Final = {
    f"kubewitness:index:{component.__name__}": model for component, model in COMPONENTS.items()
}
"""The models by Pulumi's type token."""


class ComponentHost(ComponentProvider):
    """The provider of our components.

    It is what Pulumi's `component_provider_host` runs, except that wrong arguments are reported
    without a traceback of ours and in the spelling of the program's language.
    """

    def __init__(self) -> None:
        super().__init__([*COMPONENTS], "kubewitness", version=version("kubewitness"))

    def map_input_properties(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Map the names of an object's inputs, and keep those that there are not.

        Pulumi drops them without a word. Kept, they are refused with a hint at what was meant.
        """
        mapped = super().map_input_properties(inputs, *args, **kwargs)
        properties = args[0] if args else kwargs["properties"]
        strange = inputs.keys() - properties.keys() if isinstance(inputs, dict) else ()
        return {**mapped, **{name: inputs[name] for name in strange}}

    def construct(
        self, name: str, resource_type: str, *args: Any, **kwargs: Any
    ) -> ConstructResult:
        """Construct a component, as Pulumi's own provider does."""
        try:
            with reported_at_once():
                return super().construct(name, resource_type, *args, **kwargs)
        except ComponentInitError as error:
            if isinstance(error.inner, InvalidArguments):
                raise error.inner.for_other_languages(_MODELS[resource_type]) from None
            raise


def serve() -> None:
    """Serve the components until the engine ends the process; its address is an argument."""
    main(ComponentHost(), sys.argv[1:])

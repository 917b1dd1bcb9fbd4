"""Serves the components to programs in every Pulumi language."""

import sys
from importlib.metadata import version
from typing import Any

from pulumi.provider import ConstructResult, main
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from kubewitness.provision.aks_audit_logging.component import AksAuditLogging
from kubewitness.provision.arguments.validation import InvalidArguments
from kubewitness.provision.audit_archive.component import AuditArchive
from kubewitness.provision.audit_detections.component import AuditDetections
from kubewitness.provision.secure_aks_cluster.component import SecureAksCluster


class ComponentHost(ComponentProvider):
    """The provider of our components.

    It is what Pulumi's `component_provider_host` runs, except that wrong arguments are reported
    without a traceback of ours and in the spelling of the program's language.
    """

    def __init__(self) -> None:
        components = [SecureAksCluster, AksAuditLogging, AuditArchive, AuditDetections]
        super().__init__(components, "kubewitness", version=version("kubewitness"))

    def map_input_properties(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Map the names of an object's inputs, and keep those that there are not.

        Pulumi drops them without a word. Kept, they are refused with a hint at what was meant.
        """
        mapped = super().map_input_properties(inputs, *args, **kwargs)
        properties = args[0] if args else kwargs["properties"]
        strange = inputs.keys() - properties.keys() if isinstance(inputs, dict) else ()
        return {**mapped, **{name: inputs[name] for name in strange}}

    def construct(self, *args: Any, **kwargs: Any) -> ConstructResult:
        """Construct a component, as Pulumi's own provider does."""
        try:
            return super().construct(*args, **kwargs)
        except ComponentInitError as error:
            if isinstance(error.inner, InvalidArguments):
                raise error.inner.for_other_languages() from None
            raise


def serve() -> None:
    """Serve the components until the engine ends the process; its address is an argument."""
    main(ComponentHost(), sys.argv[1:])

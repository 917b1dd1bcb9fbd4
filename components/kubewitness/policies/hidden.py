"""Verdicts on what hides its content: clusters that are not read, and remote components.

The content of a remote component is unknown, and so are the policies that apply to it. It has one
verdict, by the first policy that can block, instead of one for each policy.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from kubewitness.graph.model import AksCluster, Graph, Opaque
from kubewitness.graph.resources import Origin, Resource
from kubewitness.policies.component_declarations import ComponentWithoutClusters
from kubewitness.policies.exemption_use import exempt
from kubewitness.policies.policy import AnyPolicy
from kubewitness.policies.settings import Level, PolicySettings, UndecidedMeans
from kubewitness.policies.verdict import Judgement, Outcome, Reason, Verdict, undecided


def is_component(opaque: Opaque) -> bool:
    """Return whether it is a remote component, whose children are not visible."""
    return opaque.resource.origin is Origin.REMOTE


def judge_component(
    opaque: Opaque, policies: Iterable[tuple[AnyPolicy, PolicySettings]], day: date
) -> Iterator[Verdict]:
    """Yield the one verdict on a remote component, none if the settings declare its type.

    Args:
        opaque: the component.
        policies: the policies with their settings on this day.
        day: on which declarations and exemptions count.
    """
    component = opaque.resource
    enabled = [
        (policy, settings)
        for policy, settings in policies
        if settings.level is not Level.DISABLED and opaque.of in (None, policy.subject)
    ]
    if not enabled:
        return
    declared = [d for _, s in enabled for d in s.components_without_clusters if d.is_of(component)]
    if any(one.expires >= day for one in declared):
        return
    policy, settings = next((one for one in enabled if _can_block(one[1])), enabled[0])
    late = [
        Reason("declaration-expired", f"the {one} has expired") for one in dict.fromkeys(declared)
    ]
    judgement = undecided(*hidden(policy, component).reasons, *late)
    left = exempt(judgement, policy.id, component, settings.exemptions, day)
    stops = blocks(left.judgement, settings)
    yield Verdict(policy.id, component, left.judgement, stops, left.applied, left.expired)


def declaration_notes(settings: Iterable[PolicySettings], graph: Graph) -> list[str]:
    """Return a note for each declaration on components: what it is used for, or that it is not."""
    components = [one.resource for one in graph.opaque if is_component(one)]
    every = dict.fromkeys(d for one in settings for d in one.components_without_clusters)
    return [_note(one, [c.name for c in components if one.is_of(c)]) for one in every]


def _note(declaration: ComponentWithoutClusters, names: list[str]) -> str:
    if not names:
        return f"unused {declaration}"
    return f"{', '.join(f'`{name}`' for name in names)}: {declaration}"


def hidden(policy: AnyPolicy, resource: Resource) -> Judgement:
    """Return that a policy cannot judge what a resource hides, and what would decide it."""
    if resource.origin is Origin.REMOTE:
        what = "is a remote component, whose children are not available without its provider"
        decide = (
            "run `pulumi preview` with the policy pack, which includes the component's "
            "children; or declare the type in `componentsWithoutClusters` of the policy settings"
        )
    else:
        what = "makes a cluster, or may make one, in a way that is not read"
        is_aks = policy.subject is AksCluster
        known = (
            "`ManagedCluster` of Azure Native" if is_aks else "`eks.Cluster` of the AWS provider"
        )
        decide = f"make the cluster as a {known}"
    return undecided(Reason("hidden", f"`{resource.type}` {what}", decide))


def blocks(judgement: Judgement, settings: PolicySettings) -> bool:
    """Return whether a judgement stops a deployment."""
    stops = judgement.outcome is Outcome.FAIL or (
        judgement.outcome is Outcome.UNDECIDED and settings.undecided is UndecidedMeans.BLOCK
    )
    return stops and settings.level is not Level.ADVISORY


def _can_block(settings: PolicySettings) -> bool:
    return settings.undecided is UndecidedMeans.BLOCK and settings.level is not Level.ADVISORY

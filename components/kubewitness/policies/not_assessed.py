"""One line for each kind of thing that no policy judges: other clusters, charts, scripts."""

from kubewitness.graph.model import Graph


def not_assessed(graph: Graph) -> list[str]:
    """Return a note for each type and reason, with the names of all resources of that type."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in graph.unassessed:
        groups.setdefault((one.resource.type, one.why), []).append(f"`{one.resource.name}`")
    return [
        f"not assessed: {', '.join(names)} ({type_}) {why}"
        for (type_, why), names in groups.items()
    ]

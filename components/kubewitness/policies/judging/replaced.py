"""Settings that replace each other because they have one ID in Azure, for several policies."""

from kubewitness.graph.model import DiagnosticSetting, Link
from kubewitness.policies.verdict import Reason

_FIX = "give each diagnostic setting of a cluster a name of its own"


def replaced(link: Link) -> str:
    """Return the sentence on a setting and those with the same name on the same cluster."""
    settings = (link.setting, *link.rivals)
    name = min(str(setting.name) for setting in settings)
    return (
        f"diagnostic settings {_names(*settings)} have the same name `{name}` in Azure, so they "
        "are one setting, and the last one written replaces the others"
    )


def may_be_replaced(link: Link) -> Reason:
    """Return an undecided reason for settings that may have the same name."""
    names = _names(link.setting, *link.possible_rivals)
    message = (
        f"diagnostic settings {names}: whether they have the same name in Azure, and the last one "
        "written replaces the others, cannot be known"
    )
    return Reason("unknown-name", message, _FIX)


def _names(*settings: DiagnosticSetting) -> str:
    found = sorted(f"`{setting.resource.name}`" for setting in settings)
    return f"{', '.join(found[:-1])} and {found[-1]}"

"""Kubernetes objects as YAML that kubectl reads as it was meant."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml

_PLAIN: Final = re.compile("[A-Za-z][A-Za-z]*")
"""Keys, and the values of `kind`: all other text is quoted."""

_TEXT: Final = "tag:yaml.org,2002:str"


class _Dumper(yaml.SafeDumper):
    """Quotes every text: PyYAML and kubectl differ in which plain texts are numbers, as `1e3`."""

    def represent_quoted(self, text: str) -> yaml.Node:
        return self.represent_scalar(_TEXT, text, style='"')

    def represent_texts(self, texts: list[Any]) -> yaml.Node:
        is_flat = all(isinstance(text, str) for text in texts)
        return self.represent_sequence("tag:yaml.org,2002:seq", texts, flow_style=is_flat)

    def represent_object(self, data: dict[str, Any]) -> yaml.Node:
        node = self.represent_dict(data.items())
        for key, _ in node.value:
            if _PLAIN.fullmatch(key.value):
                key.style = None
        return node

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 PyYAML's signature
        return True


_Dumper.add_representer(str, _Dumper.represent_quoted)
_Dumper.add_representer(list, _Dumper.represent_texts)
_Dumper.add_representer(dict, _Dumper.represent_object)


def kubernetes_yaml(objects: Iterable[Mapping[str, Any]]) -> str:
    """Return a document for each object."""
    return "".join(
        "---\n" + yaml.dump(dict(each), Dumper=_Dumper, sort_keys=False, width=1 << 16)
        for each in objects
    )

"""JSON as every command writes it: ASCII, which any terminal and any locale can show."""

import json
import re
from typing import Any, Final

from pydantic import BaseModel

_NOT_ASCII: Final = re.compile(r"[^\x00-\x7e]")


def json_text(document: Any) -> str:
    """Return a document that ends with a line break. Text that is not ASCII becomes escapes."""
    if isinstance(document, BaseModel):
        document = document.model_dump(by_alias=True)
    return ascii_json(json.dumps(document, indent=2, default=str) + "\n")


def ascii_json(text: str) -> str:
    """Return JSON with an escape for each character outside of ASCII; only strings have them."""
    return _NOT_ASCII.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    letter = found[0]
    return "\\u007f" if letter == "\x7f" else json.dumps(letter)[1:-1]

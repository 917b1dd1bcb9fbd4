"""A seal whose time stamps are checked without a network."""

import re

from support.paths import ROOT

PAGE = ROOT / "docs" / "prove" / "seal.md"


STANDALONE = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0]

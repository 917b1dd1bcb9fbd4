"""The pictures of the terminal are small, and load nothing; `make check` finds stale ones."""

import re
from pathlib import Path

import pytest

from support.paths import DOCS_PAGES, ROOT

IMAGES = sorted((ROOT / "docs" / "images").glob("*.svg"))
PAGES = [*DOCS_PAGES, ROOT / "README.md"]


def test_there_are_pictures_and_each_is_on_a_page() -> None:
    """An unused one would be drawn in vain."""
    shown = {
        (page.parent / link).resolve()
        for page in PAGES
        for link in re.findall(r"!\[[^\]]*\]\((\S+\.svg)\)", page.read_text("utf-8"))
    }
    assert IMAGES
    assert shown == {*IMAGES}


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.stem)
def test_a_picture_loads_no_font(image: Path) -> None:
    """It looks the same without the internet, and a reader of the docs visits no other host."""
    text = image.read_text("utf-8")
    assert "@font-face" not in text
    assert not re.search(r"url\(|<image|href=", re.sub(r"url\(#[\w-]+\)", "", text))
    assert len(text) < 50_000

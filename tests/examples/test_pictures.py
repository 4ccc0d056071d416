"""The pictures of the concepts show what the code does."""

from __future__ import annotations

import runpy
from xml.etree import ElementTree

from tests.shared import REPOSITORY

TOOL = runpy.run_path(str(REPOSITORY / "tools/pictures.py"))
FOLDER = REPOSITORY / "docs/pictures"


def test_pictures_are_as_they_are_drawn_today() -> None:
    """``python tools/pictures.py`` draws them anew."""
    drawn = {name: draw() for name, draw in TOOL["PICTURES"].items()}
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == drawn


def test_pictures_say_in_words_what_they_show() -> None:
    for path in FOLDER.iterdir():
        root = ElementTree.parse(path).getroot()
        said = {child.tag.rpartition("}")[2]: child.text for child in root}
        assert said["title"] and said["desc"], path.name

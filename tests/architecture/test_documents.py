"""What the documents promise is there."""

import re
from pathlib import Path

import pytest

from scim.settings import Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_every_setting_is_documented():
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    assert not [field.alias for field in Settings.model_fields.values() if f"`{field.alias}`" not in text]


def test_every_setting_is_in_the_example():
    text = (ROOT / "local.settings.example.json").read_text("utf-8")
    assert not [field.alias for field in Settings.model_fields.values() if f'"{field.alias}"' not in text]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_within_the_project_lead_somewhere(document):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8"))
    assert not [target for target in targets if not (document.parent / target).exists()]


def test_the_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make run" in text
    assert "make test" in text

"""Writes docs/requirements.md."""

from tests.requirements.document import DOCUMENT, document

DOCUMENT.write_text(document(), encoding="utf-8")

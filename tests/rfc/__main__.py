"""Writes docs/rfc-coverage.md."""

from tests.rfc.document import DOCUMENT, document

DOCUMENT.write_text(document(), encoding="utf-8")

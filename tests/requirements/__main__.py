"""Writes docs/requirements.md, and takes from `pending.json` what has its first test."""

import json

from tests.requirements import PENDING, pending
from tests.requirements.document import DOCUMENT, document
from tests.requirements.proofs import proofs

found = proofs()
PENDING.write_text(json.dumps([id_ for id_ in pending() if id_ not in found]) + "\n", encoding="utf-8")
DOCUMENT.write_text(document(), encoding="utf-8")

"""`python -m scim.api` writes the OpenAPI document to standard output, as docs/openapi.json has it."""

import json
import sys

from scim.api.openapi import document
from scim.api.routes import ENDPOINTS

json.dump(document(ENDPOINTS), sys.stdout, indent=1, ensure_ascii=False)
sys.stdout.write("\n")

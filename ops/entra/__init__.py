"""Connects Microsoft Entra ID with Rollcall: `python -m ops.entra`.

* `steps.py` is the table of what is set up: read, compare, write what differs.
* `mappings.py` is the table of attribute mappings; `schemas.py` what a synchronization schema looks like.
* `clients.py` sends requests; `graph.py` and `rollcall.py` say what is answered there, and why something is refused.
"""

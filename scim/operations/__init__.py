"""SCIM use cases: one module for each operation, behind one dispatcher."""

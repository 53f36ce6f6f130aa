"""RFC 7643: schemas, attributes and their characteristics. Imports nothing but `scim.errors`."""

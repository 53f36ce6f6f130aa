"""Rollcall: a SCIM 2.0 service provider on Azure Functions, Table Storage and Key Vault."""

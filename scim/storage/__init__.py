"""The ports of `scim.domain`, implemented over Azure Table Storage and Azure Key Vault."""

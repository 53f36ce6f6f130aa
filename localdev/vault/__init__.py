"""An emulator of the secrets API of Azure Key Vault, for which none exists elsewhere.

The official client runs against it unchanged. Known differences from the service: deletion and recovery are complete
at once, nothing is purged when its time has come, and backup, restore and certificates are missing.
"""

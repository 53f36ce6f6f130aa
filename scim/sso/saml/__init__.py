"""SAML 2.0: the web browser SSO profile, as its service provider (ADR 19).

`service_provider` is what we are to an identity provider, `metadata` what it is to us.
`requests` sends somebody there, and `responses` reads what comes back.
"""

"""Sign-in by OpenID Connect: Rollcall as a relying party (authorization code with PKCE), without pages or storage.

`discovery` gets to know an issuer, `requests` sends people there, `answers` judges what comes back.
"""

"""Single sign-on: SAML 2.0 and OpenID Connect. Never imported on the way of a SCIM request."""

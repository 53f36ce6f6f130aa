"""The API of administrators, over HTTP but without the framework that carries it.

`endpoints.py` says what an endpoint is, `routes/` lists them, `contracts/` has their bodies as pydantic models,
`dispatch.py` answers a request, `openapi.py` describes all of it. Use cases are in `scim.admin`.
"""

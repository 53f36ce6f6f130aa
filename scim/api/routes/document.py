"""`/openapi.json`: what the API is, for programs."""

import json
from collections.abc import Sequence
from functools import cache

from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.api.openapi import document
from scim.contracts.base import Parameters
from scim.web.messages import JSON


def document_endpoint(others: Sequence[Endpoint]) -> Endpoint:
    """The endpoint that describes the others, and itself."""

    @cache
    def content() -> bytes:
        return json.dumps(document([*others, endpoint]), ensure_ascii=False).encode()

    async def read(_call: Call[NoBody, Parameters]) -> Reply:
        return Reply(content=(content(), JSON))

    endpoint = Endpoint(
        method="GET",
        path="/openapi.json",
        name="readDocument",
        tag="Description",
        summary="This document",
        run=read,
        media_types=(JSON,),
        is_public=True,
    )
    return endpoint

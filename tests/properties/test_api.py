"""Whatever the OpenAPI document lets clients send, and whatever it forbids: the reply is one that it describes."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests import Request
from schemathesis import Response

from tests.fuzzing.requests import CHECKS, SEED, cases, examples, operations, sent
from tests.fuzzing.tenant import Tenant

EXAMPLES = 8
"""For each endpoint: all of them together take less than a minute."""
OPERATIONS = operations()


@pytest.fixture(scope="module")
def runner():
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def tenant(runner):
    return runner.run(Tenant.build())


@pytest.mark.parametrize(("endpoint", "operation"), OPERATIONS, ids=[endpoint.name for endpoint, _ in OPERATIONS])
def test_every_reply_is_one_that_the_document_describes(runner, tenant, endpoint, operation):
    """What is refused changes nothing."""
    print(f"seed {SEED}")  # noqa: T201 - shown when it fails

    @examples(EXAMPLES)
    @given(case=cases(operation, tenant), caller=st.sampled_from(["script", "script", "console", "nobody"]))
    def check(case, caller):
        request = sent(case)
        answer = runner.run(tenant.answer(request, tenant.callers[caller], endpoint))
        reply = Response(
            status_code=answer.status,
            headers={name: [text] for name, text in answer.headers.items()},
            content=answer.body,
            request=Request(request.method, request.url).prepare(),
            elapsed=0.0,
            verify=False,
        )
        case.validate_response(reply, checks=CHECKS)
        if answer.status >= 400:
            assert answer.left_alone, "What was refused changed something."
            assert {"code", "detail", "reference"} <= json.loads(answer.body).keys()

    check()

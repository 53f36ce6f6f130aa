"""The host's requests as ours."""

import azure.functions as func
import pytest

from scim.protocol.messages import Response
from scim.triggers.http import http_response, scim_request


def query_of(url, **params):
    return scim_request(func.HttpRequest(method="GET", url=url, params=params, body=b""), "/Users").query


def test_an_empty_parameter_that_the_host_left_out_is_found_in_the_url():
    assert query_of("https://rollcall.example/ws/scim/v2/Users?Cursor=&count=2", count="2") == {
        "cursor": "",
        "count": "2",
    }


@pytest.mark.parametrize("host", ["[", "[::1", "x\u2100y", "a]b", "", "%"])
def test_a_host_that_is_none_does_no_harm(host):
    assert query_of(f"http://{host}/ws/scim/v2/Users?cursor=") == {"cursor": ""}


def test_a_reply_names_the_request_and_forbids_caching():
    headers = http_response(Response(status=204, headers={"ETag": 'W/"1"'}), "01a2").headers
    assert dict(headers) == {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": "01a2",
        "ETag": 'W/"1"',
    }

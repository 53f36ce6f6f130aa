"""Pages are compressed for those who ask from a page of ours, and for nobody else."""

import gzip

import pytest

from scim.console.static_files import address_of
from scim.web.messages import WebRequest

PATH = "/administration/organizations"


async def asked(visitor, path=PATH, **headers):
    headers = {"cookie": visitor.person.cookie} | {name.replace("_", "-"): value for name, value in headers.items()}
    request = WebRequest(method="GET", path=path, headers=headers, id="r")
    return await visitor.admin.world.app.administration.console.answer(request)


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_a_page_that_people_ask_for_is_compressed(visitor, site):
    plain = await asked(visitor)
    reply = await asked(visitor, accept_encoding="br, gzip", sec_fetch_site=site)
    assert reply.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(reply.body) == plain.body
    assert len(reply.body) < len(plain.body) / 2


@pytest.mark.parametrize("site", ["cross-site", "same-site", ""])
async def test_a_page_that_another_site_asks_for_tells_nothing_by_its_length(visitor, site):
    reply = await asked(visitor, accept_encoding="gzip", sec_fetch_site=site)
    assert "Content-Encoding" not in reply.headers


async def test_a_browser_that_takes_no_compression_gets_none(visitor):
    assert "Content-Encoding" not in (await asked(visitor, sec_fetch_site="same-origin")).headers


async def test_what_is_short_stays_as_it_is(visitor):
    reply = await asked(visitor, "/", accept_encoding="gzip", sec_fetch_site="none")
    assert (reply.status, reply.body) == (303, None)


async def test_files_are_compressed_whoever_asks(visitor):
    """They hold no secret."""
    path = address_of("console.css").removeprefix("/console")
    reply = await asked(visitor, path, accept_encoding="gzip", sec_fetch_site="cross-site")
    assert reply.headers["Content-Encoding"] == "gzip"

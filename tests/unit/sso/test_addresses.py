"""Which addresses may be opened."""

import pytest

from scim.sso.addresses import may_be_opened


@pytest.mark.parametrize("url", ["https://idp.example", "https://idp.example:8443/a?b#c", "https://[2a00::1]/"])
def test_a_whole_address_with_tls_may_be_opened(url):
    assert may_be_opened(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "idp.example",
        "//idp.example",
        "http://idp.example",
        "ftp://idp.example",
        "https://",
        "https:///path",
        "https://user@idp.example",
        "https://idp.example:port",
        "https://[::1",
        "https://idp.example/a b",
        "https://idp.example/\n",
        "https://\N{LATIN SMALL LETTER DOTLESS I}dp.example",
        "https://idp.example/" + "a" * 2048,
        "http://localhost",
    ],
)
def test_any_other_may_not(url):
    assert not may_be_opened(url)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:7000", "127.0.0.1:7000", "[::1]"])
def test_in_a_local_run_this_machine_needs_no_tls(host):
    assert may_be_opened(f"http://{host}/sso", local=True)
    assert not may_be_opened(f"http://{host}/sso")


@pytest.mark.parametrize("host", ["10.0.0.1", "localhost.evil.example", "127.0.0.1.evil.example"])
def test_in_a_local_run_any_other_does(host):
    assert not may_be_opened(f"http://{host}/sso", local=True)

"""Which addresses may be opened."""

import pytest

from scim.sso.addresses import may_be_connected_to, may_be_opened


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


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4001:800::200e", "::ffff:8.8.8.8"])
def test_public_addresses_may_be_connected_to(address):
    assert may_be_connected_to(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:168.63.129.16",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001::1",
    ],
)
def test_private_local_and_translated_ones_may_not(address):
    assert not may_be_connected_to(address)


@pytest.mark.parametrize(("address", "may"), [("127.0.0.1", True), ("::1", True), ("10.0.0.1", False)])
def test_in_a_local_run_this_machine_may_be_connected_to_and_no_other(address, may):
    assert may_be_connected_to(address, local=True) is may

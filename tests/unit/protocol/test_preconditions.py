"""If-Match and If-None-Match."""

import pytest

from scim.errors import PreconditionFailed
from scim.protocol.preconditions import check_if_match, is_not_modified

VERSION = 'W/"a1"'


@pytest.mark.parametrize("header", ["*", " * ", 'W/"a1"', '"a1"', '"x", W/"a1"', 'W/"x",W/"a1"', '"a1", "a1"'])
def test_headers_that_name_the_version(header):
    check_if_match(header, VERSION)

    assert is_not_modified(header, VERSION)


@pytest.mark.parametrize("header", ["", "a1", 'W/"A1"', '"a"', '"a1 "', "W/a1", "'a1'", '"x", "y"', "**", 'W/"a1'])
def test_headers_that_do_not(header):
    with pytest.raises(PreconditionFailed):
        check_if_match(header, VERSION)

    assert not is_not_modified(header, VERSION)


def test_without_a_header_everything_goes_on():
    check_if_match(None, VERSION)

    assert not is_not_modified(None, VERSION)

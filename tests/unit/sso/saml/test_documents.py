"""XML that would cost much before its signature is looked at."""

import pytest

from scim.sso.saml.documents import is_plain, parse

MANY = " ".join(f'xmlns:n{number}="urn:{number}"' for number in range(33))
SOME = " ".join(f'xmlns:n{number}="urn:{number}"' for number in range(17))
OTHERS = " ".join(f'xmlns:o{number}="urn:{number}"' for number in range(17))


@pytest.mark.parametrize(
    "text",
    [f"<a {MANY}/>", f"<a><b {MANY}/></a>", f"<a {SOME}><b {OTHERS}/></a>", f"<a {MANY.replace('xmlns:', '')}/>"],
)
def test_namespaces_and_attributes_by_the_dozen_are_not_plain(text):
    """Canonicalization looks for each namespace at each element that has it in scope."""
    assert not is_plain(parse(text.encode()))


def test_as_many_as_answers_have_are_plain():
    assert is_plain(parse(f"<a {SOME}><b {SOME}/></a>".encode()))

"""Whatever is changed of a good answer, it is refused, or says exactly the same."""

from base64 import b64encode
from copy import deepcopy
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as some
from lxml import etree

from scim.domain.sso import AnswerRefused
from tests.saml_identity_provider import Answer, encoded
from tests.unit.sso.saml.reading import read


@cache
def good():
    return etree.tostring(Answer().response())


@cache
def who():
    return read(encoded(good()))


def is_harmless(posted):
    try:
        return read(posted) == who()
    except AnswerRefused:
        return True


@settings(max_examples=150, database=None)
@given(at=some.integers(0, len(good()) - 1), byte=some.integers(0, 255))
def test_another_byte(at, byte):
    changed = bytearray(good())
    changed[at] = byte
    assert is_harmless(b64encode(changed).decode())


@settings(max_examples=50, database=None)
@given(at=some.integers(0, len(good()) - 1), length=some.integers(1, 200))
def test_a_piece_less(at, length):
    assert is_harmless(b64encode(good()[:at] + good()[at + length :]).decode())


def test_every_element_left_out_doubled_emptied_or_moved_to_the_front():
    for index in range(1, len([*etree.fromstring(good()).iter()])):
        for change in (left_out, doubled, emptied, moved):
            root = etree.fromstring(good())
            change([*root.iter()][index])
            assert is_harmless(encoded(root)), (index, change.__name__)


def test_every_attribute_left_out_or_changed():
    root = etree.fromstring(good())
    for index, element in enumerate(root.iter()):
        for name in element.attrib:
            for value in (None, "", "x" + element.get(name)):
                copy = deepcopy(root)
                found = [*copy.iter()][index]
                found.attrib.pop(name) if value is None else found.set(name, value)
                assert is_harmless(encoded(copy)), (element.tag, name, value)


def left_out(element):
    element.getparent().remove(element)


def doubled(element):
    element.addnext(deepcopy(element))


def emptied(element):
    del element[:]
    element.text = None


def moved(element):
    element.getroottree().getroot().insert(0, element)

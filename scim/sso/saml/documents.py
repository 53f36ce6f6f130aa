"""Reading XML that may have been made to harm."""

from collections.abc import Iterator

from lxml import etree

type Element = etree._Element  # noqa: SLF001 - the name that lxml's documentation gives the type

_SPACE = " \t\r\n"
_ATTRIBUTES = 32
"""Of one element; SAML has none with more than ten."""
_NAMESPACES = 32
"""That are declared for one element, there or above it."""


class NotXml(Exception):
    """It cannot be read."""


class HasDoctype(NotXml):
    """It has a document type, where entities are declared; nothing of SAML has one."""


def parse(text: bytes) -> Element:
    """The root element.

    Nothing outside of the text is ever looked at, and no entity is replaced but XML's own five.

    Args:
        text: UTF-8. What the XML declaration says of the encoding does not count, and so cannot hide anything.

    Raises:
        NotXml: It is not UTF-8, or not well-formed.
        HasDoctype: See there.
    """
    if b"<!DOCTYPE" in text:
        raise HasDoctype
    try:
        text.decode("utf-8")
        return etree.fromstring(text, parser())
    except (UnicodeDecodeError, etree.XMLSyntaxError) as error:
        raise NotXml from error


def parser() -> etree.XMLParser:
    """A new one: they are not to be shared by threads."""
    return etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def is_plain(root: Element) -> bool:
    """Whether there is nothing but elements, each with a few attributes, and their text.

    Comments and processing instructions between texts make readers disagree on what the text is:
    `admin@example.com<!---->.evil.example`. Attributes and namespaces by the thousand take libxml2 seconds.
    """
    document = [*root.itersiblings(preceding=True), *root.itersiblings(), *root.iter()]
    return all(
        isinstance(node.tag, str) and len(node.attrib) <= _ATTRIBUTES and len(node.nsmap) <= _NAMESPACES
        for node in document
    )


def alone(element: Element) -> Element:
    """A copy of an element as a document of its own, with the namespaces that it inherited."""
    return parse(etree.tostring(element, with_tail=False))


def only_child(element: Element, name: str) -> Element | None:
    """The child of this name; None if there is none, or more than one."""
    found = element.findall(name)
    return found[0] if len(found) == 1 else None


def text_of(element: Element | None) -> str:
    """The text of an element that holds text only, without white space around; "" for any other."""
    return "" if element is None or len(element) else (element.text or "").strip(_SPACE)


def ids(root: Element) -> Iterator[str]:
    """The value of every attribute that a signature's reference may be resolved by."""
    for element in root.iter():
        yield from (
            str(value) for name, value in element.attrib.items() if etree.QName(name).localname in {"ID", "Id", "id"}
        )

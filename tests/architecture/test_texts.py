"""Every text for people is in the catalogs, and every catalog is complete and safe."""

import ast
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import get_type_hints

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from localdev import texts
from scim.admin.problems import Problem
from scim.console.language import CATALOGS, LANGUAGES
from scim.console.notices import NOTICES
from scim.domain.activities import Activity
from scim.sentences import Sentence

TEMPLATES = sorted(texts.TEMPLATES.rglob("*.html"))
CONSOLE = texts.ROOT / "scim" / "console"
OTHERS = sorted(LANGUAGES.keys() - {"en"})

SAME_EVERYWHERE = frozenset(
    {
        "Rollcall",
        "SCIM",
        "SSO",
        "SAML",
        "MFA",
        "All",
        "Entra",
        "Entra ID",
        "Okta",
        "Microsoft Entra ID",
        "UTC",
        "URL",
        "contoso.com",
        "externalId",
    }
)
"""What is called the same in every language."""
IN_TAGS = frozenset({"guard", "size"})
"""Blocks that fill a tag, and no text."""
READ_OUT = frozenset({"alt", "aria-label", "placeholder", "title", "data-copied", "data-copy-failed", "data-failed"})
"""Attributes that hold texts for people."""
LOOKUPS = frozenset({"_", "gettext", "ngettext"})
A_VALUE = "\ufffc"


def entries(tag: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What a catalog holds: one text, or one for one and one for several, each with what it is in the language."""
    for message in read_po(BytesIO((CATALOGS / f"{tag}.po").read_bytes()), tag):
        if message.id:
            yield tuple(_forms(message.id)), tuple(_forms(message.string))


def _forms(text: object) -> Iterable[str]:
    return (text,) if isinstance(text, str) else tuple(text)


def names(text: str) -> set[str]:
    """What is filled into a text."""
    return set(re.findall(r"%\((\w+)\)[sd]|\{(\w+)\}", text))


def tags(text: str) -> list[str]:
    return sorted(re.findall(r"<[^>]*>", text))


def test_the_catalogs_hold_what_code_and_templates_say():
    """The admin console speaks more than one language (R007)."""
    for path, text in texts.written().items():
        assert path.read_bytes() == text, f"{path.name}: run make texts."


@pytest.mark.parametrize("tag", OTHERS)
def test_every_text_is_translated(tag):
    assert not [ours[0] for ours, theirs in entries(tag) if not all(theirs)], "Give each of them a msgstr."


@pytest.mark.parametrize("tag", OTHERS)
def test_no_translation_is_a_guess(tag):
    assert "fuzzy" not in (CATALOGS / f"{tag}.po").read_text("utf-8")


@pytest.mark.parametrize("tag", OTHERS)
def test_translations_fill_in_the_same_values_and_no_markup_of_their_own(tag):
    for ours, theirs in entries(tag):
        for told in filter(None, theirs):
            missing, foreign = names(ours[-1]) - names(told), names(told) - names(ours[-1])
            need_not_be_told = 1 if len(theirs) > 1 and told is theirs[0] else 0  # "a group" has no number
            assert not foreign, told
            assert len(missing) <= need_not_be_told, told
            assert tags(told) == tags(ours[-1]), told


@pytest.mark.parametrize("tag", OTHERS)
def test_each_plural_form_is_there(tag):
    catalog = read_po(BytesIO((CATALOGS / f"{tag}.po").read_bytes()), tag)
    assert all(len(theirs) == (catalog.num_plurals if len(ours) > 1 else 1) for ours, theirs in entries(tag))


def test_a_sentence_that_is_put_together_is_refused(tmp_path):
    path = tmp_path / "mistake.py"
    path.write_text('Sentence(f"There is no {name}.")', "utf-8")
    with pytest.raises(texts.NoLiteral):
        list(texts.sentences(path))


def test_a_sentence_is_found_with_its_plural(tmp_path):
    path = tmp_path / "fine.py"
    path.write_text('Sentence("A." " B.", a=count.counted("{number} c", "{number} cs"))', "utf-8")
    assert set(texts.sentences(path)) == {"A. B.", ("{number} c", "{number} cs")}


class Readable(HTMLParser):
    """Collects what of a page is read: texts, and attributes that are read out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._aside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._aside += tag in {"code", "script", "style"}
        self.found += [value or "" for name, value in attrs if name in READ_OUT]

    def handle_endtag(self, tag: str) -> None:
        self._aside -= tag in {"code", "script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._aside:
            self.found.append(data)


def bare_texts(source: str) -> list[str]:
    """What a template tells people in English whatever their language is."""
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(source)  # noqa: S701 - nothing is rendered
    reader = Readable()
    reader.feed("".join(_markup(tree)))
    written = [part.strip() for text in reader.found for part in text.split(A_VALUE)]
    return [text for text in (*written, *_constants(tree)) if is_english(text)]


def is_english(text: str) -> bool:
    return bool(re.search("[A-Za-z]{2}", text)) and text.strip(" ·:()\u2013") not in SAME_EVERYWHERE


def _markup(tree: nodes.Node) -> Iterator[str]:
    """The template's own text, with a mark for each value that is put in."""
    for node in tree.iter_child_nodes():
        if isinstance(node, nodes.TemplateData):
            yield node.data
        elif isinstance(node, nodes.Expr):
            yield A_VALUE
        elif not isinstance(node, nodes.Block) or node.name not in IN_TAGS:
            yield from _markup(node)


def is_lookup(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in LOOKUPS


def _constants(node: nodes.Node) -> Iterator[str]:
    """Texts in expressions that are not looked up, and look like ones for people: "Name", "Sign in"."""
    if is_lookup(node) or isinstance(node, nodes.Compare):
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and re.match("[A-Z][a-z]+( |$)", node.value):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _constants(child)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(texts.TEMPLATES).as_posix())
def test_templates_tell_nothing_that_no_catalog_knows(path):
    assert bare_texts(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(texts.TEMPLATES).as_posix())
def test_templates_look_up_nothing_but_literals(path):
    """What `_` returns counts as markup, and is not escaped. Words of enumerations go through `word`."""
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text("utf-8"))  # noqa: S701
    looked_up = [call.args[0] for call in tree.find_all(nodes.Call) if is_lookup(call)]
    assert [each for each in looked_up if not isinstance(each, nodes.Const)] == []


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ("<p>Sign in</p>", ["Sign in"]),
        ('<a title="More"></a>', ["More"]),
        ('{{ ui.field("name", "Name") }}', ["Name"]),
        ('{{ _("Name") }} <code>urn:ietf</code> {% trans %}Sign in{% endtrans %}', []),
        ('<a class="button{% if a %} primary{% endif %}" href="{{ to }}">{{ _("Go on") }}</a>', []),
    ],
)
def test_bare_texts_are_recognised(source, bare):
    assert bare_texts(source) == bare


def constants(path: Path, inside: str = "") -> Iterator[ast.Constant]:
    """The strings of a file that are no docstrings and in no call of this name."""

    def walk(node: ast.AST) -> Iterator[ast.Constant]:
        match node:
            case ast.Expr(value=ast.Constant()):
                return
            case ast.Call(func=ast.Name(id=name)) if name == inside:
                return
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name == inside:
                return
            case ast.Constant(value=str()):
                yield node
        for child in ast.iter_child_nodes(node):
            yield from walk(child)

    return walk(ast.parse(path.read_text("utf-8")))


def test_pages_tell_nothing_that_no_catalog_knows():
    bare = [
        f"{path.name}: {each.value}"
        for path in sorted((CONSOLE / "pages").glob("*.py"))
        for each in constants(path, "Sentence")
        if re.match("[A-Z][a-z]+ [a-z]", each.value) and each.value not in SAME_EVERYWHERE
    ]
    assert bare == []


def test_what_people_are_refused_with_is_in_the_catalogs():
    """The idempotency keys of scripts never reach the console."""
    problems = {"Changed", "EnrolmentRequired", *(kind.__name__ for kind in Problem.__subclasses__())}
    bare = [
        f"{path.name}:{call.lineno}"
        for folder in ("admin", "console", "contracts", "web")
        for path in sorted((texts.ROOT / "scim" / folder).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {*problems, "ValueError"}
        and call.args
        and isinstance(call.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert bare == []


def test_what_an_activity_says_is_a_sentence():
    """The type checker sees to what is handed in; here, that everything which takes a detail asks for a sentence."""
    assert get_type_hints(Activity)["detail"] is Sentence
    asked_for = {
        f"{path.relative_to(texts.ROOT)}:{each.lineno}": ast.unparse(each.annotation)
        for folder in ("admin", "domain", "maintenance", "operations")
        for path in sorted((texts.ROOT / "scim" / folder).rglob("*.py"))
        for each in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(each, ast.arg) and each.arg == "detail" and each.annotation
    }
    assert asked_for
    problems = ("scim/admin/problems.py", "scim/admin/concurrency.py")
    assert [place for place, type_ in asked_for.items() if type_ != "Sentence" and not place.startswith(problems)] == []


def test_what_pages_tell_after_a_change_is_known_and_each_notice_is_told_somewhere():
    files = [path for path in CONSOLE.rglob("*.py") if path.name != "notices.py"]
    redirects = {
        each.args[1].value
        for path in files
        for each in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(each, ast.Call)
        and isinstance(each.func, ast.Name)
        and each.func.id == "Redirect"
        and len(each.args) > 1
        and isinstance(each.args[1], ast.Constant)
    }
    assert redirects <= NOTICES.keys()
    assert NOTICES.keys() <= {each.value for path in files for each in constants(path)}


@pytest.mark.parametrize("path", sorted((CONSOLE / "static").glob("*.js")), ids=lambda path: path.name)
def test_scripts_have_no_texts_of_their_own(path):
    """What they tell comes from the page, in `data-` attributes."""
    assert re.findall(r"""["'`][A-Z][a-z]+ [a-z][^"'`]*["'`]""", path.read_text("utf-8")) == []

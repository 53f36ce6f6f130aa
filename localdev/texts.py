"""`make texts`: the console's texts from code and templates into the catalogs of all languages.

A new text comes in untranslated, one that is gone goes, and nothing is guessed; `tests/architecture/test_texts.py`
tells what is left to translate.
"""

import ast
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po

from scim.console.language import CATALOGS, LANGUAGES
from scim.domain.activities import FAMILIES, ActivityType, Status
from scim.domain.authority import Action

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "scim" / "console" / "templates"
PASSING_ON = ("scim/sentences.py", "scim/admin/lists.py")
"""Where sentences are made of what is handed in."""

type Message = str | tuple[str, str]
"""A text, or one for one and one for several."""


class NoLiteral(ValueError):
    """A sentence that is put together: no catalog can list it.

    Args:
        path: The file.
        line: Where in it.
    """

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(f"{path}:{line}: write the sentence out, and give what varies as a value.")


def main() -> None:
    """Write all catalogs."""
    for path, text in written().items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text)


def written() -> dict[Path, bytes]:
    """What the catalogs should be, by file: the template for new languages, and each language's own."""
    found = dict(messages())
    files = {CATALOGS / "console.pot": _text(_catalog(found), "")}
    for tag in LANGUAGES.keys() - {"en"}:
        path = CATALOGS / f"{tag}.po"
        catalog = read_po(BytesIO(path.read_bytes()), tag) if path.exists() else Catalog(tag)
        catalog.update(_catalog(found), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        files[path] = _text(catalog, tag)
    return files


def messages() -> dict[Message, list[str]]:
    """All texts, with the files that they are in.

    Raises:
        NoLiteral: See there.
    """
    found: dict[str, tuple[Message, set[str]]] = {}
    for message, place in (*_in_templates(), *_in_code(), *_words()):
        key = message if isinstance(message, str) else message[0]
        known, places = found.get(key, (message, set()))
        # "Name" alone and "Name" of several are one entry
        found[key] = (known if isinstance(known, tuple) else message, places | {place})
    return {message: sorted(places) for message, places in found.values()}


def _in_templates() -> Iterator[tuple[Message, str]]:
    options = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    for path in sorted(TEMPLATES.rglob("*.html")):
        with path.open("rb") as file:
            for _, message, _, _ in extract("jinja2.ext.babel_extract", file, DEFAULT_KEYWORDS, (), options):
                yield message, _name(path)


def _in_code() -> Iterator[tuple[Message, str]]:
    for path in sorted((ROOT / "scim").rglob("*.py")):
        if _name(path) not in PASSING_ON:
            yield from ((message, _name(path)) for message in sentences(path))


def sentences(path: Path) -> Iterator[Message]:
    """The sentences that a file makes.

    Raises:
        NoLiteral: See there.
    """
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="Sentence"), args=[text]):
                given = [text]
            case ast.Call(func=ast.Attribute(attr="counted"), args=[one, several, *_]):
                given = [one, several]
            case ast.Call(args=[ast.Name(id="Sentence"), *_]):  # partial(Sentence, "…")
                raise NoLiteral(path, node.lineno)
            case _:
                continue
        texts = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if len(texts) < len(given):
            raise NoLiteral(path, node.lineno)
        yield texts[0] if len(texts) == 1 else (texts[0], texts[1])


def _words() -> Iterator[tuple[Message, str]]:
    """What `Sentence.word` and the filter `word` are given."""
    enumerations: Iterable[tuple[str, Iterable[str]]] = (
        ("scim/domain/activities.py", (*Status, *ActivityType, *(family.name for family in FAMILIES))),
        ("scim/domain/authority.py", Action),
        ("zxcvbn/feedback.py", _password_warnings()),
    )
    for place, words in enumerations:
        yield from ((str(word), place) for word in words)


def _password_warnings() -> Iterator[str]:
    """What may be wrong with a password: the library has it in its code alone."""
    spec = find_spec("zxcvbn.feedback")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("zxcvbn.feedback")
    for node in ast.walk(ast.parse(Path(spec.origin).read_text("utf-8"))):
        match node:
            case ast.Assign(targets=[ast.Name(id="warning")], value=ast.Call(args=[ast.Constant(value=str(text))])):
                yield text.rstrip(".")
            case ast.Dict(
                keys=[ast.Constant(value="warning"), *_], values=[ast.Call(args=[ast.Constant(value=str(text))]), *_]
            ):
                yield text.rstrip(".")


def _catalog(found: dict[Message, list[str]]) -> Catalog:
    catalog = Catalog()
    for message, places in found.items():
        catalog.add(message, locations=[(place, 0) for place in places])
    return catalog


def _text(catalog: Catalog, tag: str) -> bytes:
    """The file: no dates and no line numbers, so that it changes with texts only."""
    fields = {"Language": tag, "MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8"}
    fields |= {"Content-Transfer-Encoding": "8bit"} | ({"Plural-Forms": catalog.plural_forms} if tag else {})
    header = "".join(f'"{name}: {value}\\n"\n' for name, value in fields.items())
    body = BytesIO()
    write_po(body, catalog, omit_header=True, sort_output=True, include_lineno=False, width=0)
    return f'msgid ""\nmsgstr ""\n{header}\n'.encode() + body.getvalue().strip() + b"\n"


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    main()

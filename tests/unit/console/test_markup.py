"""What no template and no script may hold: the Content-Security-Policy would refuse it in silence, page by page."""

import re
from pathlib import Path

import pytest

from scim import console

FOLDER = Path(console.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").rglob("*.html")) + sorted((FOLDER / "templates").rglob("*.svg"))
SCRIPTS = sorted((FOLDER / "static").glob("*.js"))
FORBIDDEN_IN_TEMPLATES = {
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"<style\b",
    "a style attribute": r"\sstyle\s*=",
    "a handler in an attribute": r"\son[a-z]+\s*=",
    "an address that is a script": r"javascript:",
    "another origin": r"(?:src|href|action)=[\"']?(?:https?:)?//",
    "a value that is not escaped": r"\|\s*safe\b|autoescape\s+false",
}
FORBIDDEN_IN_SCRIPTS = {
    "markup from a text": r"\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|document\.write|createContextualFragment",
    "code from a text": r"\beval\(|new Function\b|set(?:Timeout|Interval)\(\s*[\"'`]",
    "another origin": r"[\"'`](?:https?:)?//",
}


def relative(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_templates_hold_no_script_style_or_handler(path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    text = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    found = {what: re.findall(pattern, text, re.IGNORECASE) for what, pattern in FORBIDDEN_IN_TEMPLATES.items()}
    assert {what: matches for what, matches in found.items() if matches} == {}


@pytest.mark.parametrize("path", SCRIPTS, ids=relative)
def test_scripts_make_no_markup_and_no_code_of_texts(path):
    text = path.read_text("utf-8")
    found = {what: re.findall(pattern, text) for what, pattern in FORBIDDEN_IN_SCRIPTS.items()}
    assert {what: matches for what, matches in found.items() if matches} == {}


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.name != "scripted.html"], ids=relative)
def test_buttons_that_do_nothing_without_scripts_are_not_shown_without_them(path):
    """What sends no form is for scripts, or says why it cannot be pressed. Scripts alone show scripted.html."""
    buttons = re.findall(r'<button type="button"[^\n]*?>', path.read_text("utf-8"))
    dead = [each for each in buttons if not re.search(r"scripted-only|aria-disabled|\bdisabled\b|rests", each)]
    assert dead == []

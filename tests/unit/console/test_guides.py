"""Help, without a browser."""

import re
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from markupsafe import Markup

from localdev.texts import sentences
from scim.console.guides import CONTENTS, NAMES, Field, Guide, guide, values
from scim.console.language import LANGUAGES, Language
from scim.console.pages import PAGES
from scim.console.routing import find
from scim.domain.activities import FAMILIES
from tests.unit.console.portal_words import IN_PORTALS_TOO, PORTAL_WORDS

CONSOLE = Path(__file__).parents[3] / "scim" / "console"
MUST_EXIST = (
    "considerations",  # Considerations
    "single-sign-on",
    "scim-configuration",  # SCIM configuration
    "entra",  # provision
    "attributes",
    "end-users",
    "user-type",
    "start",  # save
    "group-mapping",
    "disable",  # disable and revoke
    "rotation",
    "certificates",
    "activities",
    "troubleshooting",
    "okta",
)


async def test_help_lists_every_guide_with_what_it_is_about(visitor):
    """R122."""
    page = await visitor.get("help")
    assert page.status == 200
    for name in MUST_EXIST:
        assert f'href="/console/help/{name}"' in page.html
    assert "Enable SCIM for a provider, and generate the token that it connects with." in page.text
    assert 'value="https://' in page.html


def test_every_section_that_must_be_there_has_a_guide():
    """R122."""
    assert sorted(NAMES) == sorted(MUST_EXIST)
    assert sum(map(len, CONTENTS.values())) == len(set(NAMES))


@pytest.mark.parametrize("name", NAMES)
async def test_each_guide_is_a_page_whose_links_lead_somewhere(visitor, name):
    """R122."""
    page = await visitor.get(f"help/{name}")
    assert page.status == 200
    assert page.html.count("<h1") == 1
    assert not re.search(r"\{[a-z-]+\}|\x00", page.html)
    article = page.html.partition("<article")[2].partition("</article>")[0]
    for address in re.findall(r'<a href="([^"]+)"', article):
        assert address.startswith(("/console/", "https://"))
        if address.startswith("/console/help/"):
            assert address.removeprefix("/console/help/") in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_sections_of_a_guide_have_anchors_of_their_own(name):
    anchors = [anchor for anchor, _ in guide(name, "en").headings]
    assert anchors
    assert len(anchors) == len(set(anchors))


async def test_the_tenants_own_values_can_be_copied(visitor, admin):
    """R036, R050, R054."""
    page = await visitor.get("help/attributes")
    assert 'value="urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User:organizationId"' in page.html
    assert 'value="urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User:userType"' in page.html
    page = await visitor.get("help/entra")
    assert f'value="{admin.services.scim_base_url}"' in page.html
    assert "Copy" in page.text


async def test_the_step_that_is_referred_to_is_the_right_one(visitor):
    """AMB-3: the user type is the fourth step of its section."""
    page = await visitor.get("help/attributes")
    section = page.html.partition('id="add-the-attributes-of-rollcall"')[2]
    steps = re.split(r"<li>", section)
    assert "add a second attribute of the type" in steps[4]
    assert (
        "Make sure that step 4 of Add the attributes of Rollcall is done." in (await visitor.get("help/user-type")).text
    )


async def test_the_words_of_the_log_are_those_of_its_filter(visitor):
    """R107-R121."""
    text = (await visitor.get("help/activities")).text
    assert "End User Created · End User Updated · End User Disabled · Technician Created" in text
    assert "Created · Deleted · Disabled · Enabled" in text


def test_a_language_without_a_guide_has_the_english_one():
    assert guide("okta", "xx").title == "Connect Okta"


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_guide_has_the_same_steps_links_and_values_in_every_language(name, tag):
    ours, theirs = guide(name, "en"), guide(name, tag)
    assert len(theirs.headings) == len(ours.headings)
    assert bones(theirs) == bones(ours)
    assert tag == "en" or theirs.title != ours.title, "translate it"


def bones(of: Guide) -> list[object]:
    """What of a guide is no language: where links lead, what is copied, marks, and how many steps and cells it has."""
    found: list[object] = []
    for part in of.parts:
        if isinstance(part, Field):
            found.append(part.text)
        else:
            found.append(sorted(re.findall(r'href="([^"]+)"|\{([a-z-]+)\}|<(li|td|th|blockquote)', part)))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_what_is_in_bold_is_written_in_the_console_or_in_the_providers_portal(name):
    assert bold(guide(name, "en")) <= texts_of_the_console() | PORTAL_WORDS


def test_no_word_of_a_portal_is_listed_that_no_guide_needs():
    needed = {word for name in NAMES for word in bold(guide(name, "en"))} - texts_of_the_console()
    assert needed == PORTAL_WORDS


@pytest.mark.parametrize("tag", LANGUAGES.keys() - {"en"})
@pytest.mark.parametrize("name", NAMES)
def test_a_translated_guide_calls_everything_as_the_translated_console_does(name, tag):
    language, translated = Language(tag), bold(guide(name, tag))
    for word in bold(guide(name, "en")) & texts_of_the_console():
        told = language.gettext(word)
        assert told == word or told in translated or word in IN_PORTALS_TOO, word


@pytest.mark.parametrize("tag", LANGUAGES)
def test_sentences_that_a_sign_in_is_refused_with_are_quoted_as_they_are_told(tag):
    language, told = Language(tag), refusals_of_sign_in()
    assert len(quoted("en")) > 10
    for ours, theirs in zip(quoted("en"), quoted(tag), strict=True):
        (sentence,) = (each for each in told if begins(ours, each))
        translated = language.gettext(sentence)
        assert translated == sentence or begins(theirs, translated), theirs


@cache
def texts_of_the_console() -> frozenset[str]:
    """What stands in templates, and in the navigation."""
    files = [*CONSOLE.glob("templates/**/*.html"), CONSOLE / "navigation.py", CONSOLE.parent / "domain/activities.py"]
    source = "".join(file.read_text("utf-8") for file in files)
    return frozenset(re.findall(r'(?:\b_\(|Sentence\(| = |, )"([^"]+)"', source)) | {"SSO", "SCIM"}


@cache
def refusals_of_sign_in() -> frozenset[str]:
    """The sentences of the protocols, and of what is made of their answers."""
    files = [*CONSOLE.parent.glob("sso/*/*.py"), *CONSOLE.parent.glob("admin/sso_*.py")]
    return frozenset(each for file in files for each in sentences(file) if isinstance(each, str))


def quoted(tag: str) -> list[str]:
    """The sentences in the table on signing in."""
    tables = "".join(map(str, guide("troubleshooting", tag).parts)).split("<table")
    return re.findall(r'<th scope="row">([^<]+)</th>', tables[3])


def begins(quotation: str, sentence: str) -> bool:
    """Whether it is how a sentence begins; "…" stands for what is filled in."""
    return re.match(r"\{\w+\}".join(map(re.escape, quotation.split("…"))), sentence) is not None


def bold(of: Guide) -> set[str]:
    """What is printed in bold: menus and fields, each for itself."""
    html = "".join(part for part in of.parts if isinstance(part, Markup))
    found = re.findall(r"<strong>(.*?)</strong>", html, re.DOTALL)
    return {word.strip() for each in found for word in unescape(re.sub("<[^>]+>", "", each)).split("→")}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_words_of_the_log_are_those_of_its_filter_in_every_language(tag):
    """R107-R121."""
    language, text = Language(tag), " ".join(map(str, guide("activities", tag).parts))
    for family in FAMILIES[:2]:
        assert " · ".join(language.gettext(status) for status in family.statuses) in text


def test_values_are_escaped_in_html_and_not_in_fields():
    filled = guide("entra", "en").filled({"scim-url": "https://x/?a=1&b=<2>"})
    assert [part.text for part in filled if isinstance(part, Field)] == ["https://x/?a=1&b=<2>"]
    assert values("https://x")["scim-url"] == "https://x"


async def test_a_guide_that_is_not_there_is_not_found(visitor):
    page = await visitor.get("help/nothing")
    assert page.status == 404
    assert "There is no such guide." in page.text
    assert (await visitor.get("help/..%2Fokta")).status == 404


async def test_guides_lead_from_one_to_the_next(visitor):
    page = await visitor.get("help/entra")
    assert 'rel="prev" href="/console/help/scim-configuration"' in page.html
    assert 'rel="next" href="/console/help/attributes"' in page.html


def test_pages_that_guides_lead_to_and_are_ours_exist():
    for path in ("/dashboard/activities/all", "/dashboard/organizations", "/administration/organizations"):
        assert find(PAGES, path)

"""The console in the reader's language: texts, dates and numbers."""

import ast
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel import Locale

import scim
from scim.console.code_labels import CODES
from scim.console.language import LANGUAGES, Language, language_of
from scim.domain.authority import Permission
from scim.domain.details import change
from scim.domain.providers import AdoptionPolicy, OrganizationPolicy, Policies
from scim.domain.roles import RoleTemplate
from scim.domain.users import UserType
from scim.schema.values import UnknownAttributes
from scim.sentences import Code, Sentence
from tests.visitor import Visitor

SCIM = Path(scim.__file__).parent
ORGANIZATIONS = "administration/organizations"
MOMENT = datetime(2027, 7, 14, 22, 2, tzinfo=UTC)
ENGLISH, GERMAN = Language("en"), Language("de")


@pytest.mark.parametrize(
    ("setting", "accepted", "tag"),
    [
        ("de", "en", "de"),
        ("en", "de", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "fr-CA, de;q=0.5", "de"),
        ("", "en;q=0.5, de;q=0.8", "de"),
        ("", "en-GB;q=0.8,de-CH;q=0.9", "de"),
        ("", "de;q=0.1, *;q=0.8", "en"),
        ("", "de;q=0", "en"),
        ("", "de;q=much, en;q=0.1", "en"),
        ("", "de;q=7, en;q=0.1", "en"),
        ("de-CH", "", "de"),
        ("es-ES", "de", "de"),
        ("es-ES", "fr", "en"),
        ("", "", "en"),
        ("", ";;q=,,*", "en"),
        ("", "x" * 500, "en"),
    ],
)
def test_the_account_decides_then_the_browser_then_english(setting, accepted, tag):
    """R007."""
    assert language_of(setting, accepted).tag == tag


def test_dates_are_written_as_the_language_does():
    assert ENGLISH.date(MOMENT) == "14 July 2027"
    assert GERMAN.date(MOMENT) == "14. Juli 2027"
    assert ENGLISH.day(MOMENT) == "14 Jul 2027"
    assert GERMAN.day(MOMENT) == "14. Juli 2027"
    assert GERMAN.day(MOMENT.replace(month=10)) == "14. Okt. 2027"
    assert ENGLISH.moment(MOMENT) == "14 Jul 2027, 22:02"
    assert GERMAN.moment(MOMENT) == "14. Juli 2027, 22:02"


def test_dates_are_those_of_the_readers_time_zone():
    assert Language("de", "Europe/Berlin").date(MOMENT) == "15. Juli 2027"
    assert Language("en", "America/New_York").moment(MOMENT) == "14 Jul 2027, 18:02"
    assert Language("de", "Europe/Berlin").utc(MOMENT) == "14. Juli 2027, 22:02:00 UTC"
    assert Language("en", "Nowhere/Atall").moment(MOMENT) == "14 Jul 2027, 22:02"


def test_numbers_and_spans_are_written_as_the_language_does():
    assert (ENGLISH.number(1234), GERMAN.number(1234)) == ("1,234", "1.234")
    assert ENGLISH.ago(MOMENT, MOMENT + timedelta(minutes=12)) == "12 minutes ago"
    assert GERMAN.ago(MOMENT, MOMENT + timedelta(minutes=12)) == "vor 12 Minuten"


def test_a_sentence_is_told_with_its_values():
    sentence = Sentence('There is an organization called "{name}" already.', name="{Contoso}")
    assert sentence == 'There is an organization called "{Contoso}" already.'
    assert GERMAN.told(sentence) == "Es gibt bereits eine Organisation namens „{Contoso}“."
    assert ENGLISH.told(sentence) == sentence


@pytest.mark.parametrize(
    ("number", "english", "german"),
    [(1, "1 account", "1 Konto"), (0, "0 accounts", "0 Konten"), (1500, "1,500 accounts", "1.500 Konten")],
)
def test_a_sentence_is_told_for_its_number(number, english, german):
    sentence = Sentence.counted("{number} account", "{number} accounts", number)
    assert (sentence, GERMAN.told(sentence)) == (english, german)


def test_sentences_within_a_sentence_are_told_too():
    sentence = Sentence(
        "Used by {mappings} and given to {accounts} directly. Delete it by force to take it from all of them.",
        mappings=Sentence.counted("{number} group mapping", "{number} group mappings", 1),
        accounts=Sentence.counted("{number} account", "{number} accounts", 2),
    )
    assert GERMAN.told(sentence).startswith("Verwendet in: 1 Gruppenzuordnung; direkt vergeben an: 2 Konten.")


def test_what_is_no_sentence_stays_as_it_is():
    assert GERMAN.told("Contoso") == "Contoso"
    assert GERMAN.told("active") == "active"
    assert GERMAN.told(Sentence("Nobody has translated this.")) == "Nobody has translated this."


def test_a_code_is_called_as_x():
    """R131."""
    assert (ENGLISH.told(Code("endUser")), GERMAN.told(Code("endUser"))) == ("End user", "Endbenutzer")
    assert GERMAN.told(change("userType", Code("endUser"), Code("technician"))) == "Typ: Endbenutzer → Techniker"
    assert GERMAN.told(Code("unheardOf")) == "unheardOf"


def test_every_code_of_the_log_has_a_name():
    enumerations = (UserType, RoleTemplate, Permission, OrganizationPolicy, AdoptionPolicy, UnknownAttributes)
    codes = {value for each in enumerations for value in each}
    codes |= {each.name.replace("_", " ") for each in fields(Policies)} | {*codes_in_code()}
    assert {"true", "none", "Native", "active", "managed by", "default organization"} <= codes
    assert codes <= CODES.keys()


def codes_in_code():
    """What is written out as a code, or as what a change is a change of."""
    for path in SCIM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Code"), args=[ast.IfExp(body=first, orelse=second)]):
                    yield from (each.value for each in (first, second) if isinstance(each, ast.Constant))
                case ast.Call(func=ast.Name(id="Code" | "change"), args=[ast.Constant(value=code), *_]):
                    yield code
                case ast.Assign(targets=[ast.Name(id="pairs")], value=ast.Tuple(elts=pairs)):
                    yield from (pair.elts[0].value for pair in pairs if isinstance(pair, ast.Tuple))


async def test_a_page_is_in_the_language_of_the_account(visitor):
    """R007."""
    visitor.headers["accept-language"] = "en"
    await visitor.person.call("PATCH", f"/users/{visitor.person.user.id}", {"language": "de"})
    page = await visitor.get(ORGANIZATIONS)
    assert '<html lang="de">' in page.html
    assert "Verwenden Sie All als Organisations-ID" in page.text
    assert "Techniker" in page.text
    assert "Technician" not in page.text


async def test_a_page_is_in_the_language_of_the_browser_until_the_account_has_one(visitor):
    visitor.headers["accept-language"] = "de-AT,de;q=0.9"
    page = await visitor.get(ORGANIZATIONS)
    assert '<html lang="de">' in page.html
    await visitor.person.call("PATCH", f"/users/{visitor.person.user.id}", {"language": "en"})
    assert '<html lang="en">' in (await visitor.get(ORGANIZATIONS)).html


async def test_a_page_for_nobody_is_in_the_language_of_the_browser(admin):
    stranger = Visitor(None, admin)
    stranger.headers["accept-language"] = "de"
    page = await stranger.get("sign-in")
    assert '<html lang="de">' in page.html
    assert "Anmelden" in page.text


async def test_a_refusal_is_told_in_the_language_of_the_page(visitor):
    visitor.headers["accept-language"] = "de"
    page = await visitor.send(f"{ORGANIZATIONS}/add", name="Contoso", id="All")
    assert "Eine Organisations-ID besteht aus 1 bis 64 Buchstaben" in page.text
    page = await visitor.send(f"{ORGANIZATIONS}/add", name="x" * 151, id="")
    assert "Geben Sie höchstens 150 Zeichen an." in page.text
    page = await visitor.send(f"{ORGANIZATIONS}/add", name="x" * 151, id="y" * 65)
    assert "Einige Felder brauchen Ihre Aufmerksamkeit." in page.text


async def test_a_notice_is_told_in_the_language_of_the_page(visitor):
    visitor.headers["accept-language"] = "de"
    page = await visitor.get(ORGANIZATIONS, notice="organization-added")
    assert "Organisation hinzugefügt." in page.text


@pytest.mark.parametrize(
    ("tag", "told"), [("en", "expires on {} (5 days). Rotate it."), ("de", "läuft am {} ab (5 Tage). Rotieren Sie es.")]
)
async def test_a_banner_has_the_date_as_its_language_writes_it(admin, tag, told):
    (token,) = await admin.services.tokens.of("entra")
    admin.clock.advance(seconds=(token.expires_at - admin.clock.now() - timedelta(days=5)).total_seconds() + 60)
    visitor = await Visitor.signed_in(admin)
    visitor.headers["accept-language"] = tag
    assert told.format(Language(tag).date(token.expires_at)) in (await visitor.get(ORGANIZATIONS)).text


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_is_called_by_its_own_name(tag):
    assert Locale.parse(tag).get_language_name(tag).casefold() == LANGUAGES[tag].casefold()

"""Texts in keys: nothing is lost, nothing is confused, and order and beginnings are kept."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from scim.storage.tables import keys
from scim.storage.tables.limits import check_key
from scim.storage.tables.rows import KeyRange

ID = "01a20846-fe00-7000-8000-000000000001"
AWKWARD = "/\\#?%=|'\"! .$&>[{~+<>]}()\x00\x1f\x7f\x9f\xa0hH0123456789ABCDEFabcdefß日本😀\ud7ff\uffff"
CHARACTERS = st.sampled_from(AWKWARD) | st.characters(exclude_categories=["Cs"])
TEXTS = st.text(CHARACTERS, max_size=20)
LONG = st.builds(lambda text, times: text * times, st.text(CHARACTERS, min_size=1, max_size=8), st.integers(1, 700))
ANY = TEXTS | LONG


def within(key: str, span: KeyRange) -> bool:
    """Whether the service finds the key in the range: it compares code units."""
    return units(span.start) <= units(key) < units(span.end)


def units(text: str) -> bytes:
    return text.encode("utf-16-be")


@given(ANY, ANY)
@example("a=2Fb", "a/b")
@example("x" * 400, "x" * 401)
@example("x" * 330 + "=h" + "0" * 64, "x" * 500)
def test_different_texts_have_different_codes(one: str, other: str) -> None:
    assume(one != other)
    assert keys.encoded(one) != keys.encoded(other)


@given(TEXTS, TEXTS)
def test_different_texts_have_different_places_in_an_order(one: str, other: str) -> None:
    assume(one != other)
    assert keys.ordered(one) != keys.ordered(other)


@given(ANY, ANY)
def test_every_code_fits_a_key(one: str, other: str) -> None:
    for key in (
        keys.user_name(one),
        keys.sorted_name("p" * 36, one, ID),
        keys.external_id("p" * 36, one, ID),
        keys.email("p" * 36, one, ID),
        keys.display_name("p" * 36, other),
        keys.organization_user(other, "p" * 36, ID),
        keys.organization(other),
    ):
        check_key(key)
        assert keys.last_part(keys.email("p", one, ID)) == ID


@given(ANY, ANY)
@example("ann", "ann b")
@example("straße", "strasse2")
@example("\ud7ff", "x")
@example("\uffff", "x")
@example("😀", "x")
@example("x" * 329 + "/", "x")
def test_a_range_of_names_has_all_that_start_with_its_prefix(prefix: str, rest: str) -> None:
    assert within(keys.sorted_name("entra", prefix + rest, ID), keys.sorted_names("entra", prefix)) or not (
        keys.comparison_key(prefix + rest).startswith(keys.comparison_key(prefix))
    )


@given(ANY, ANY)
@example("ann", "an")
@example("a/b", "a.b")
def test_a_range_of_names_whose_prefix_is_sortable_has_no_others(prefix: str, name: str) -> None:
    assume(keys.is_sortable(prefix))
    if within(keys.sorted_name("entra", name, ID), keys.sorted_names("entra", prefix)):
        assert keys.comparison_key(name).startswith(keys.comparison_key(prefix))


@given(TEXTS, TEXTS)
@example("user1", "user10")
@example("ann", "ann b")
@example("o'brien", "o.brien")
@example("a", "a\x00")
def test_codes_in_order_are_in_the_order_of_their_texts(one: str, other: str) -> None:
    places = [units(f"{keys.ordered(text)} |") for text in (one, other)]
    assert (places[0] < places[1]) is (units(one) < units(other))
    assert " " not in keys.ordered(one)


@given(ANY, ANY)
def test_an_exact_lookup_finds_its_value_and_no_other(value: str, other: str) -> None:
    assert within(keys.external_id("entra", value, ID), keys.external_ids("entra", value))
    assert within(keys.group_external_id("entra", value, ID), keys.group_external_ids("entra", value))
    assert within(keys.email("entra", value, ID), keys.emails("entra", value))
    if value != other:
        assert not within(keys.external_id("entra", other, ID), keys.external_ids("entra", value))


@pytest.mark.parametrize("provider", ["entr", "entra2", "entra-2", "okta"])
def test_a_provider_s_ranges_hold_nothing_of_another(provider: str) -> None:
    for key, span in (
        (keys.user(provider, ID), keys.users("entra")),
        (keys.group(provider, ID), keys.groups("entra")),
        (keys.sorted_name(provider, "a", ID), keys.sorted_names("entra")),
        (keys.external_id(provider, "a", ID), keys.external_ids("entra", "a")),
        (keys.email(provider, "a", ID), keys.emails("entra", "a")),
        (keys.group_external_id(provider, "a", ID), keys.group_external_ids("entra", "a")),
        (keys.counter("u", provider, "1"), keys.counters("u", "entra")),
    ):
        assert not within(key, span)


@given(ANY)
def test_what_follows_a_key_does_not_include_it(text: str) -> None:
    key = keys.sorted_name("entra", text, ID)
    rest = keys.after(key, keys.sorted_names("entra"))
    assert not within(key, rest)
    assert within(keys.sorted_name("entra", text, f"{ID[:-1]}2"), rest)


@pytest.mark.parametrize("text", [ID, "00000000-0000-0000-0000-000000000000"])
def test_ids_are_known_by_their_form(text: str) -> None:
    assert keys.is_id(text)


@pytest.mark.parametrize(
    "text",
    ["", "x", ID.upper(), ID + "\n", f" {ID}", ID[1:], ID.replace("-", ""), f"{ID}|x", ID.replace("a", "\u0430")],
)
def test_nothing_else_is_an_id(text: str) -> None:
    assert not keys.is_id(text)


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2200, 1, 1)), st.integers(1, 10**9))  # noqa: DTZ001
def test_later_activities_come_first(moment: datetime, milliseconds: int) -> None:
    earlier = moment.replace(tzinfo=UTC)
    later = earlier + timedelta(milliseconds=milliseconds)
    assert keys.activity(later, ID) < keys.activity(earlier, ID)


# Versions


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(9999, 1, 1)), st.integers(0, 9))  # noqa: DTZ001
def test_a_version_leads_back_to_its_etag(moment: datetime, tick: int) -> None:
    etag = f"""W/"datetime'{moment:%Y-%m-%dT%H%%3A%M%%3A%S.%f}{tick}Z'\""""

    version = keys.version_of(etag)

    assert keys.etag_of(version) == etag
    assert keys.etag_of(version.removeprefix("W/")) == etag
    assert keys.is_version(version)
    assert "%" not in version


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@example('W/"0x8DC"')
def test_an_etag_of_another_form_is_kept_too(etag: str) -> None:
    assume(not etag[:4].isdigit())
    version = keys.version_of(etag)
    if not etag.startswith("W/\"datetime'"):
        assert keys.etag_of(version) == etag


@pytest.mark.parametrize(
    "text", ["", "*", "x", '"x"', 'W/"no version"', 'W/"2026-11-23"', 'W/"2026-11-23T19:22:38.1Z\'"', 'W/""', '"2026"']
)
def test_what_was_never_given_out_is_no_version(text: str) -> None:
    assert not keys.is_version(text)

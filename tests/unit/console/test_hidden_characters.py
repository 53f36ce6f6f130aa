"""What nobody sees is shown, wherever a template puts a value."""

from types import SimpleNamespace

import pytest

from scim.console.rendering import environment

NAME = "Ana\u202e<b>\u2066x\u200b"
SHOWN = "Ana[U+202E]&lt;b&gt;[U+2066]x[U+200B]"


def rendered(source: str, **values: object) -> str:
    return environment("en").from_string(source).render(values)


@pytest.mark.parametrize(
    "source",
    [
        "{{ name }}",
        '{{ _("%(name)s", name=name) }}',
        '{{ gettext("%(name)s", name=name) }}',
        '{{ ngettext("%(num)d %(name)s", "%(name)s", 2, name=name) }}',
        "{% trans %}{{ name }}{% endtrans %}",
        "{% trans other=name %}{{ other }}{% endtrans %}",
        '{{ _("%(name)s", name=_("%(name)s", name=name)) }}',
    ],
)
def test_marks_of_direction_and_blanks_of_no_width_are_shown(source):
    """Also within a sentence of the catalog, which is markup when it comes back."""
    assert rendered(source, name=NAME) == SHOWN


def test_filters_that_make_markup_show_and_escape_what_they_are_given():
    assert rendered("{{ name | isolated }}", name=NAME) == f"<bdi>{SHOWN}</bdi>"
    assert rendered('{{ things | listed("name") }}', things=[SimpleNamespace(name=NAME)] * 2) == ", ".join(
        [f"<bdi>{SHOWN}</bdi>"] * 2
    )
    assert rendered("{{ name | badge }}", name=NAME).endswith(f"</svg>{SHOWN}</span>")
    assert rendered('{{ "x" | badge(name, name) }}', name=NAME).count(SHOWN) == 2


def test_a_text_is_that_of_the_language_whether_it_needs_values_or_not():
    source = '{{ _("Delete") }} {{ _("Actions for %(name)s", name="<b>") }} {{ _("Delete") | upper }}'
    assert environment("de").from_string(source).render() == "Löschen Aktionen für &lt;b&gt; LÖSCHEN"
    assert environment("en").from_string(source).render() == "Delete Actions for &lt;b&gt; DELETE"


@pytest.mark.parametrize("text", ["👩‍🔧", "می‌خواهم", "e\u0301", "日本語", "line\nline"])
def test_what_scripts_are_written_with_stays(text):
    assert rendered("{{ name }}", name=text) == text


def test_a_form_field_sends_back_what_it_was_filled_with():
    assert rendered("{{ name | typed }}", name="a\u202e") == "a\u202e"

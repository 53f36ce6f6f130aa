"""What nobody sees is shown, wherever a template puts a value."""

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


@pytest.mark.parametrize("text", ["👩‍🔧", "می‌خواهم", "e\u0301", "日本語", "line\nline"])
def test_what_scripts_are_written_with_stays(text):
    assert rendered("{{ name }}", name=text) == text


def test_a_form_field_sends_back_what_it_was_filled_with():
    assert rendered("{{ name | typed }}", name="a\u202e") == "a\u202e"

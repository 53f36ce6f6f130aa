import json

import pytest

from scim.errors import InvalidSyntax
from scim.protocol.json_body import MAX_DEPTH, parse_json, require_object


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a":[1,2.5,true,null,"\\u00e5\xc3\xa5"]}', {"a": [1, 2.5, True, None, "åå"]}),
        (b'\xef\xbb\xbf{"a":1}', {"a": 1}),
        (b' \r\n{"a":1}\n', {"a": 1}),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}),
        (b'{"a":"\\\\ud800 \\\\u0000"}', {"a": "\\ud800 \\u0000"}),
        (b"-9223372036854775808", -9223372036854775808),
    ],
)
def test_json_is_read(body, value):
    assert parse_json(body) == value


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"{", b"{'a':1}", b'{"a":1,}', b'{"a":1} {"b":2}', b'{"a":1}x', b"nul", b'{"a" 1}', b"[1 2]",
        b'{"a":\x00}', b'{"a":"\n"}', b'{"a":"\t"}',
        b'{"a":NaN}', b'{"a":Infinity}', b'{"a":-Infinity}', b'{"a":1e999}',
        b'{"a":1,"a":2}', b'{"x":[{"a":1,"a":1}]}',
        b'{"a":"\\ud800"}', b'{"a":"\\uDFFFx"}', b'{"\\ud800":1}', b'{"a":"\\u0000"}', b'{"\\u0000":1}',
        b'{"a":' + b"9" * 21 + b"}", b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', '{"a":1}'.encode("utf-16"), '{"a":1}'.encode("utf-16-le"),
        b"[" * 100_000, b'{"a":' * 100_000,
    ],
)  # fmt: skip
def test_what_is_not_strict_json_is_refused(body):
    with pytest.raises(InvalidSyntax):
        parse_json(body)


def test_a_refusal_says_where_and_repeats_nothing():
    with pytest.raises(InvalidSyntax) as refusal:
        parse_json(b'{"password":\n "secret" oops}')
    assert refusal.value.detail == "The body is not JSON: line 2, column 11."


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_containers_stand_at_most_32_deep_in_each_other(opening, closing):
    assert parse_json(opening * (MAX_DEPTH - 1) + b"[]" + closing * (MAX_DEPTH - 1))
    with pytest.raises(InvalidSyntax, match="32 deep"):
        parse_json(opening * MAX_DEPTH + b"[]" + closing * MAX_DEPTH)


def test_many_containers_side_by_side_are_not_deep():
    body = json.dumps([{"value": [str(number)]} for number in range(1000)]).encode()
    assert len(parse_json(body)) == 1000


def test_brackets_in_text_are_not_deep():
    assert parse_json(json.dumps(["[{" * 100]).encode()) == ["[{" * 100]


@pytest.mark.parametrize("value", [[], "x", 1, None, True])
def test_a_body_must_be_an_object(value):
    with pytest.raises(InvalidSyntax, match="must be a JSON object"):
        require_object(value)
    assert require_object({"a": 1}) == {"a": 1}

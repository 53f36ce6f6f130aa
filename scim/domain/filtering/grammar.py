"""The grammar of filters and PATCH paths (RFC 7644 §3.4.2.2, §3.5.2), with errata 4670, 4690 and 7322 applied.

One regular expression splits the text into strings, marks and words; what a word may be follows from where it stands,
so that a value without quotes is met as a value and the refusal can say what is missing. The parser looks one token
ahead, never goes back, and counts depth and terms while it reads: the cost is linear in the text, and no input can
exhaust the stack. Refusals give a position and what was expected there, and never repeat the input.

Accepted beyond the ABNF: any JSON white space between tokens, operators and keywords in any case (§3.4.2.2 says so of
operators), and `emails[type eq "work"].value eq "x"`, which Entra sends.
"""

import json
import re
from math import isfinite
from typing import NamedTuple

from scim.domain.filtering.nodes import (
    AttributePath,
    Comparison,
    Literal,
    Node,
    Not,
    Path,
    Present,
    ValuePath,
    conjunction,
    disjunction,
)
from scim.errors import InvalidFilter, InvalidPath, ScimError

MAX_LENGTH = 4096
"""Characters in a filter or a path."""
MAX_DEPTH = 20
"""Parentheses and brackets inside each other."""
MAX_TERMS = 50
"""Comparisons and presence tests in one filter."""

OPERATORS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})
"""The operators that take a value."""

# Possessive quantifiers: a text that does not match is given up at once instead of being tried in other ways.
_TOKEN = re.compile(
    r"""[ \t\r\n]*+(?:
        (?P<string>"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+")
      | (?P<mark>[()\[\]])
      | (?P<word>[^ \t\r\n"()\[\]]++)
      | (?P<unclosed>")
      | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_NAME = re.compile(r"\$?[A-Za-z][A-Za-z0-9_$-]*")
_URN = re.compile(r"urn:[a-z0-9][a-z0-9._~%+:-]*", re.IGNORECASE)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
_KEYWORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_NEVER_IN_TEXT = re.compile("[\x00\ud800-\udfff]")

_A_NAME = "expected the name of an attribute"
_AN_OPERATOR = "expected an operator: eq, ne, co, sw, ew, gt, ge, lt, le or pr"


def parse_filter(text: str) -> Node:
    """The tree of a filter.

    Raises:
        InvalidFilter: The text is no filter, or exceeds a limit.
    """
    return _Parser(text, InvalidFilter).whole_filter()


def parse_path(text: str) -> Path:
    """The path of a PATCH operation.

    Raises:
        InvalidPath: The text is no path, or exceeds a limit; also when the mistake is in the filter between brackets.
    """
    return _Parser(text, InvalidPath).whole_path()


def parse_attribute_path(text: str, error: type[ScimError] = InvalidPath) -> AttributePath:
    """The name of an attribute alone, as in `sortBy` and `attributes` (RFC 7644 §3.10).

    Raises:
        ScimError: Of the given type, when the text is no such name.
    """
    return _Parser(text, error).whole_attribute_path()


class _Token(NamedTuple):
    kind: str
    text: str
    start: int


class _Parser:
    """Recursive descent over one text; recursion goes no deeper than `MAX_DEPTH`."""

    __slots__ = ("_depth", "_error", "_position", "_terms", "_text", "_token")

    def __init__(self, text: str, error: type[ScimError]) -> None:
        if len(text) > MAX_LENGTH:
            raise error(f"The expression is longer than {MAX_LENGTH} characters.")
        self._text = text
        self._error = error
        self._position = 0
        self._depth = 0
        self._terms = 0
        self._token = self._scan()

    def whole_filter(self) -> Node:
        node = self._disjunction(in_brackets=False)
        self._expect_end('expected "and", "or" or the end')
        return node

    def whole_path(self) -> Path:
        path = self._attribute_path()
        if not self._at_mark("["):
            self._expect_end("expected the end of the path")
            return Path(path)
        value_filter = self._brackets(path)
        sub_attribute = self._sub_attribute()
        self._expect_end("expected the end of the path")
        return Path(AttributePath(path.urn, path.attribute, sub_attribute), value_filter)

    def whole_attribute_path(self) -> AttributePath:
        path = self._attribute_path()
        self._expect_end("expected the end of the name")
        return path

    def _disjunction(self, *, in_brackets: bool) -> Node:
        operands = [self._conjunction(in_brackets=in_brackets)]
        while self._skip_keyword("or"):
            operands.append(self._conjunction(in_brackets=in_brackets))
        return disjunction(operands)

    def _conjunction(self, *, in_brackets: bool) -> Node:
        operands = [self._operand(in_brackets=in_brackets)]
        while self._skip_keyword("and"):
            operands.append(self._operand(in_brackets=in_brackets))
        return conjunction(operands)

    def _operand(self, *, in_brackets: bool) -> Node:
        if self._skip_keyword("not"):
            if not self._at_mark("("):
                raise self._refusal('expected "(" after "not"')
            return Not(self._group(in_brackets=in_brackets))
        if self._at_mark("("):
            return self._group(in_brackets=in_brackets)
        path = self._attribute_path()
        if not in_brackets and self._at_mark("["):
            return self._value_path(path)
        return self._expression(path)

    def _group(self, *, in_brackets: bool) -> Node:
        self._enter()
        node = self._disjunction(in_brackets=in_brackets)
        self._leave(")")
        return node

    def _value_path(self, path: AttributePath) -> ValuePath:
        inner = self._brackets(path)
        sub_attribute = self._sub_attribute()
        if sub_attribute is not None:
            inner = conjunction((inner, self._expression(AttributePath(None, sub_attribute))))
        return ValuePath(path, inner)

    def _brackets(self, path: AttributePath) -> Node:
        if path.sub_attribute is not None:
            raise self._refusal("only an attribute can be followed by brackets, not a sub-attribute")
        self._enter()
        node = self._disjunction(in_brackets=True)
        self._leave("]")
        return node

    def _sub_attribute(self) -> str | None:
        """The name in `.value` behind a bracket, None when there is none."""
        if self._token.kind != "word" or not self._token.text.startswith("."):
            return None
        name = self._token.text[1:]
        if not _NAME.fullmatch(name):
            raise self._refusal("expected the name of a sub-attribute")
        self._advance()
        return name

    def _expression(self, path: AttributePath) -> Comparison | Present:
        """What follows a path: an operator and its value, or `pr`."""
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise self._error(f"The expression has more than {MAX_TERMS} comparisons.")
        operator = self._token.text.lower() if self._token.kind == "word" else ""
        if operator == "pr":
            self._advance()
            return Present(path)
        if operator not in OPERATORS:
            raise self._refusal(_AN_OPERATOR)
        self._advance()
        return Comparison(path, operator, self._literal())

    def _literal(self) -> Literal:
        if self._token.kind not in {"string", "word"}:
            raise self._refusal("expected a value; text must be in double quotes")
        value = self._string() if self._token.kind == "string" else self._bare_value()
        self._advance()
        return value

    def _string(self) -> str:
        text = self._token.text
        value: str = json.loads(text) if "\\" in text else text[1:-1]
        if _NEVER_IN_TEXT.search(value):
            raise self._refusal("text may hold neither a NUL nor half a surrogate pair")
        return value

    def _bare_value(self) -> int | float | bool | None:
        text = self._token.text
        keyword = text.lower()
        if keyword in _KEYWORDS:
            return _KEYWORDS[keyword]
        number = _NUMBER.fullmatch(text)
        if number is None:
            raise self._refusal("the value must be in double quotes, unless it is a number, true, false or null")
        if not number["fraction"]:
            return int(text)
        value = float(text)
        if not isfinite(value):
            raise self._refusal("the number is too large")
        return value

    def _attribute_path(self) -> AttributePath:
        if self._token.kind != "word":
            raise self._refusal(_A_NAME)
        urn, colon, names = self._token.text.rpartition(":")
        attribute, dot, sub_attribute = names.partition(".")
        well_formed = (
            (not colon or _URN.fullmatch(urn))
            and _NAME.fullmatch(attribute)
            and (not dot or _NAME.fullmatch(sub_attribute))
        )
        if not well_formed:
            raise self._refusal(_A_NAME)
        self._advance()
        return AttributePath(urn or None, attribute, sub_attribute or None)

    def _enter(self) -> None:
        """Go past an opening parenthesis or bracket."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"The expression has more than {MAX_DEPTH} parentheses and brackets inside each other.")
        self._advance()

    def _leave(self, mark: str) -> None:
        if not self._at_mark(mark):
            raise self._refusal(f'expected "and", "or" or "{mark}"')
        self._depth -= 1
        self._advance()

    def _at_mark(self, mark: str) -> bool:
        return self._token.kind == "mark" and self._token.text == mark

    def _skip_keyword(self, keyword: str) -> bool:
        found = self._token.kind == "word" and self._token.text.lower() == keyword
        if found:
            self._advance()
        return found

    def _expect_end(self, expectation: str) -> None:
        if self._token.kind != "end":
            raise self._refusal(expectation)

    def _advance(self) -> None:
        self._token = self._scan()

    def _scan(self) -> _Token:
        match = _TOKEN.match(self._text, self._position)
        assert match is not None, "the alternatives cover every character"  # noqa: S101
        kind = match.lastgroup or "end"
        token = _Token(kind, match[kind], match.start(kind))
        self._position = match.end()
        if kind == "unclosed":
            self._token = token
            raise self._refusal('this text does not end; inside it, write \\" for a quote and \\\\ for a backslash')
        return token

    def _refusal(self, expectation: str) -> ScimError:
        """What to raise at the current token; positions count from 1."""
        return self._error(f"At character {self._token.start + 1}: {expectation}.")

"""Expressions of attribute mappings, as far as Rollcall's guides use them: parsed and evaluated as by Entra ID.

parse('Switch([department], "", "IT", "12")')   # an attributeMappingSource, or ValueError
evaluate(source, {"department": "IT"}.get)      # "12"
"""

import re
from collections.abc import Callable
from typing import Any

type Source = dict[str, Any]
type Read = Callable[[str], str | None]

_TOKEN = re.compile(
    r'\s*(?:\[(?P<attribute>[^\[\]]+)\]|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>\d+)|(?P<name>\w+)|(?P<sign>.))'
)


def parse(expression: str) -> Source:
    """The tree of an expression; as Entra ID does, it is written anew, with one blank behind each comma."""
    tokens = [match for match in _TOKEN.finditer(expression.strip()) if match[0].strip()]
    source, rest = _source(tokens)
    if rest:
        raise ValueError(f"Unexpected {rest[0][0].strip()}")
    return source


def evaluate(source: Source, read: Read) -> str | None:
    """What an expression gives for somebody; None for nothing, which is not sent."""
    if source["type"] == "Attribute":
        return read(source["name"])
    if source["type"] == "Constant":
        return source["name"] or None
    values = [evaluate(each["value"], read) for each in source["parameters"]]
    return _FUNCTIONS[source["name"]](*values)


def _source(tokens):
    if not tokens:
        raise ValueError("Unexpected end")
    first, *rest = tokens
    if first["attribute"]:
        return _leaf("Attribute", first["attribute"], f"[{first['attribute']}]"), rest
    if first["text"] is not None or first["number"]:
        text = first["number"] or re.sub(r"\\(.)", r"\1", first["text"])
        written = first["number"] or f'"{first["text"]}"'
        return _leaf("Constant", text, written), rest
    if not first["name"] or not rest or rest[0]["sign"] != "(":
        raise ValueError(f"Unexpected {first[0].strip()}")
    if first["name"] not in _FUNCTIONS:
        raise ValueError(f"There is no function {first['name']}")
    return _function(first["name"], rest[1:])


def _function(name, tokens):
    parameters, texts = [], []
    while True:
        if tokens and tokens[0]["sign"] in (",", ")"):
            value, written = _leaf("Constant", "", '""'), ""
        else:
            value, tokens = _source(tokens)
            written = value["expression"]
        parameters.append({"key": f"parameter{len(parameters)}", "value": value})
        texts.append(written)
        if not tokens or tokens[0]["sign"] not in (",", ")"):
            raise ValueError(f"{name} is not closed")
        sign, *tokens = tokens
        if sign["sign"] == ")":
            expression = f"{name}({', '.join(texts)})"
            return {"type": "Function", "name": name, "expression": expression, "parameters": parameters}, tokens


def _leaf(kind, name, expression):
    return {"type": kind, "name": name, "expression": expression, "parameters": []}


def _switch(value, default, *pairs):
    return next((result for key, result in zip(pairs[::2], pairs[1::2], strict=True) if key == value), default)


_FUNCTIONS = {
    "Switch": _switch,
    "SingleAppRoleAssignment": lambda value: value,
    "Split": lambda value, separator: (value or "").split(separator),
    "Item": lambda values, index: values[int(index) - 1],
}

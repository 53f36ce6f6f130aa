"""The texts of templates, in a language.

A page has hundreds of texts, and most are without a value. As templates are compiled for each language, such a text is
looked up then, and stands in the template as if it had been written there.
"""

from collections.abc import Callable

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from scim.console.escaping import filled
from scim.console.language import Language


def speak(environment: Environment, language: Language) -> None:
    """Have templates speak a language: what `_`, `gettext`, `ngettext` and the tag `trans` stand for.

    The tag needs Jinja's extension `i18n`. The extension's own functions would leave values as they are; see `filled`.
    """

    def gettext(text: str, /, **values: object) -> Markup:
        return filled(language.gettext(text), **values)

    def ngettext(one: str, several: str, number: int, /, **values: object) -> Markup:
        return filled(language.ngettext(one, several, number), **{"num": number, **values})

    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals |= {"_": gettext, "gettext": gettext, "ngettext": ngettext}
    environment.code_generator_class = _Generator


class _Generator(CodeGenerator):
    """Jinja's compiler, with texts in their places."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        super().visit_Template(_TextsInPlace(self.environment).visit(node), frame)


class _TextsInPlace(NodeTransformer):
    """Puts the text in the place of a call that asks for it, where nothing is to be filled in."""

    def __init__(self, environment: Environment) -> None:
        self._text: Callable[[str], Markup] = environment.globals["gettext"]  # type: ignore[assignment]

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's name
        match node:
            case nodes.Call(
                node=nodes.Name(name="_" | "gettext"), args=[nodes.Const(value=text)], kwargs=[], dyn_kwargs=None
            ):
                return nodes.Const(self._text(text), lineno=node.lineno)
            case _:
                return self.generic_visit(node)

"""The texts of templates, in a language.

A page has hundreds of texts, and templates are compiled for each language: texts are looked up then. Those without
values, as most are, stand in the template as if they had been written there; into the others a filter fills values.
"""

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

    environment.extend(language=language)
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters["filled"] = filled
    environment.globals |= {"_": gettext, "gettext": gettext, "ngettext": ngettext}
    environment.code_generator_class = _Generator


class _Generator(CodeGenerator):
    """Jinja's compiler, with texts in their places, and values escaped once: by `escaping.shown`, its `finalize`."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        language: Language = self.environment.language  # type: ignore[attr-defined]
        super().visit_Template(_TextsInPlace(language).visit(node), frame)

    def _output_child_pre(self, *_: object) -> None:
        self.write("environment.finalize(")

    def _output_child_post(self, *_: object) -> None:
        self.write(")")


class _TextsInPlace(NodeTransformer):
    """Puts texts in the places of the calls that ask for them. Jinja itself makes those that need no value."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's name
        self.generic_visit(node)
        match node:
            case nodes.Call(node=nodes.Name(name="_" | "gettext"), args=[nodes.Const(value=text)]):
                found = nodes.Const(self._language.gettext(text))
                return nodes.Filter(found, "filled", [], node.kwargs, None, node.dyn_kwargs, lineno=node.lineno)
            case _:
                return node

"""axe-core, which finds what keeps people from using a page: for every place, and for what a journey passes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text("utf-8")
ALL_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
_RUN = """async (rules) => {
  const { violations } = await axe.run(document.querySelector("dialog[open]") ?? document, rules);
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html} ${node.failureSummary}`));
}"""
"""In the dialog alone, where there is one: the page behind it is a place of its own."""


def violations(page: Page, rules: Mapping[str, Any] = ALL_RULES) -> list[str]:
    """What breaks the rules, as sentences."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    found: list[str] = page.evaluate(_RUN, rules)
    return found

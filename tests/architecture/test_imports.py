"""The drawing in ARCHITECTURE.md is true: who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MAY_IMPORT = {
    "scim.errors": {"scim.sentences"},
    "scim.background": set(),
    "scim.deadline": set(),
    "scim.sentences": set(),
    "scim.settings": {"scim.domain"},
    "scim.schema": {"scim.errors"},
    "scim.domain": {"scim.errors", "scim.sentences", "scim.schema"},
    "scim.protocol": {"scim.errors", "scim.schema", "scim.domain"},
    "scim.operations": {
        "scim.errors",
        "scim.sentences",
        "scim.background",
        "scim.deadline",
        "scim.schema",
        "scim.domain",
        "scim.protocol",
    },
    "scim.admin": {"scim.errors", "scim.background", "scim.sentences", "scim.schema", "scim.domain"},
    "scim.contracts": {"scim.errors", "scim.sentences", "scim.schema", "scim.domain", "scim.admin"},
    "scim.web": {"scim.sentences", "scim.domain", "scim.admin", "scim.contracts"},
    "scim.api": {
        "scim.errors",
        "scim.deadline",
        "scim.schema",
        "scim.domain",
        "scim.protocol",
        "scim.admin",
        "scim.contracts",
        "scim.web",
    },
    "scim.console": {
        "scim.errors",
        "scim.deadline",
        "scim.sentences",
        "scim.schema",
        "scim.domain",
        "scim.admin",
        "scim.contracts",
        "scim.web",
    },
    "scim.sso": {"scim.errors", "scim.deadline", "scim.sentences", "scim.domain"},
    "scim.maintenance": {"scim.errors", "scim.sentences", "scim.domain"},
    "scim.storage": {
        "scim.errors",
        "scim.background",
        "scim.deadline",
        "scim.sentences",
        "scim.schema",
        "scim.domain",
    },
    "scim.observability": {"scim.storage"},
    "scim.triggers": {"scim.domain", "scim.protocol", "scim.operations", "scim.web"},
}
"""Layer by layer, what it may import of the product besides itself."""

EVERYTHING = {"scim.bootstrap", "scim.administration", "scim.chores", "function_app"}

SDK_HOMES = {
    "azure.functions": ("scim.triggers", "function_app"),
    "azure": ("scim.storage", "scim.bootstrap", "scim.observability"),
    "opentelemetry": ("scim.observability",),
    "aiohttp": ("scim.storage", "scim.sso.fetching"),
    "joserfc": ("scim.sso.oidc",),
    "lxml": ("scim.sso.saml",),
    "signxml": ("scim.sso.saml",),
}
"""Where a library may be imported; the longest name that matches counts."""


def modules() -> Iterator[tuple[str, Path]]:
    for path in [*sorted((ROOT / "scim").rglob("*.py")), ROOT / "function_app.py"]:
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(module: str) -> str:
    return ".".join(module.split(".")[:2])


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize(("module", "path"), list(modules()), ids=lambda value: str(value) if "." in str(value) else "")
def test_a_module_imports_only_what_its_layer_may(module, path):
    if module in EVERYTHING or module == "scim":
        return
    allowed = MAY_IMPORT[layer(module)] | {layer(module)}
    foreign = {layer(name) for name in imports(path) if name.startswith("scim.")} - allowed
    assert not foreign


@pytest.mark.parametrize(("module", "path"), list(modules()), ids=lambda value: str(value) if "." in str(value) else "")
def test_a_library_of_an_edge_is_imported_only_there(module, path):
    for name in imports(path):
        library = max((sdk for sdk in SDK_HOMES if within(name, sdk)), key=len, default=None)
        if library is not None:
            assert any(within(module, home) for home in SDK_HOMES[library]), f"{module} imports {name}"


def test_nothing_of_the_product_imports_what_is_only_local():
    strangers = [
        (module, name)
        for module, path in modules()
        for name in imports(path)
        if name.split(".")[0] in {"localdev", "ops", "tests", "benchmarks"}
    ]
    assert not strangers


def test_only_the_bootstrap_and_the_function_app_know_concrete_classes():
    importers = {module for module, path in modules() if any(within(name, "scim.bootstrap") for name in imports(path))}
    assert importers == {"function_app", "scim.administration", "scim.chores"}

"""The command line: what is wrong with it is said before anything is asked or sent, and no secret is on it."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from azure.identity import AzureCliCredential, DeviceCodeCredential, InteractiveBrowserCredential

from ops.entra.command import main
from ops.entra.console import Refused
from ops.entra.graph import PERMISSIONS
from ops.entra.mappings import Value
from ops.entra.options import GRAPH_COMMAND_LINE_TOOLS, _parser, parse
from ops.entra.sign_in import _CREDENTIALS

ROOT = Path(__file__).parents[3]
APP = ("--app", "https://rollcall-contoso.azurewebsites.net")
SECRET = "rcp_secret"


def given(*arguments, stdin=SECRET):
    return parse([*APP, "--access-token-file", "-", *arguments], io.StringIO(stdin))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "--app"),
        (("--app", "http://rollcall.example"), "--app takes the address"),
        (("--app", "rollcall.example"), "--app takes the address"),
        (("--app", "https://rollcall.example/ws/scim/v2"), "--app takes the address"),
        (APP, "say where end users belong"),
        ((*APP, "--organization", "1", "--organization-attribute", "department"), "not allowed with"),
        ((*APP, "--rotate", "--finish"), "not allowed with"),
        ((*APP, "--organization", "1", "--token-file", "-", "--access-token-file", "-"), "leave --access-token-file"),
        ((*APP, "--finish", "--token-file", "-"), "takes no --token-file"),
        ((*APP, "--organization", "1", "--sign-in", "carrier-pigeon"), "invalid choice"),
        ((*APP, "--organization", "1", "--token", SECRET), "unrecognized arguments"),
        ((*APP, "--organization", "1", "--access-token", SECRET), "unrecognized arguments"),
    ],
)
def test_a_command_line_that_is_wrong_is_told(arguments, sentence, capsys):
    with pytest.raises(SystemExit):
        parse(arguments, io.StringIO(SECRET), ask=lambda _: pytest.fail("nothing is asked"))
    assert sentence in capsys.readouterr().err


def test_a_secret_comes_from_a_file_from_standard_input_or_from_the_person(tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{SECRET}\n")
    found = [
        given("--organization", "1").access_token,
        parse([*APP, "--organization", "1", "--access-token-file", str(file)]).access_token,
        parse([*APP, "--organization", "1", "--token-file", str(file)]).token,
        parse([*APP, "--organization", "1"], ask=lambda _: SECRET).access_token,
    ]
    assert {each.get_secret_value() for each in found} == {SECRET}


def test_a_secret_that_cannot_be_read_is_told_without_it(tmp_path, capsys):
    for content in ("", f"{SECRET} and more"):
        with pytest.raises(Refused, match="it is one word") as refused:
            given("--organization", "1", stdin=content)
        assert SECRET not in str(refused.value)
    missing = tmp_path / "missing"
    assert main([*APP, "--organization", "1", "--access-token-file", str(missing)]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_options_do_not_show_their_secrets():
    assert SECRET not in repr(given("--organization", "1"))


def test_where_people_belong_and_what_they_are_is_a_constant_an_attribute_or_an_expression():
    wanted = given("--organization-attribute", "extensionAttribute1", "--user-type", "technician").wanted
    assert (wanted.organization, wanted.user_type) == (
        Value.attribute("extensionAttribute1"),
        Value.constant("technician"),
    )
    wanted = given("--organization-expression", 'IIF(x, "1", "2")').wanted
    assert (wanted.organization, wanted.user_type) == (Value("Function", 'IIF(x, "1", "2")'), None)
    assert given("--user-type", "technician").wanted.organization is None
    assert given("--rotate").wanted is None


@pytest.mark.parametrize(
    ("sign_in", "credential"),
    [("browser", InteractiveBrowserCredential), ("device", DeviceCodeCredential), ("cli", AzureCliCredential)],
)
def test_people_sign_in_as_they_choose(sign_in, credential):
    options = given("--organization", "1", "--sign-in", sign_in, "--tenant", "contoso.onmicrosoft.com")
    made = _CREDENTIALS[sign_in](options)
    assert isinstance(made, credential)
    assert getattr(made, "_client_id", GRAPH_COMMAND_LINE_TOOLS) == GRAPH_COMMAND_LINE_TOOLS


def test_the_command_runs():
    """As `make entra-setup ARGS=--help` calls it."""
    done = subprocess.run(
        [sys.executable, "-m", "ops.entra", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for option in (
        "--app",
        "--organization-expression",
        "--user-type",
        "--group",
        "--try-user",
        "--dry-run",
        "--rotate",
    ):
        assert option in done.stdout


def test_the_guide_tells_every_option_and_every_permission():
    guide = (
        (ROOT / "docs" / "interop" / "entra.md").read_text("utf-8").partition("one command\n")[2].partition("\n## ")[0]
    )
    shown = {option for action in _parser()._actions for option in action.option_strings} - {"-h", "--help", "--app"}
    assert not [option for option in shown if f"`{option}`" not in guide]
    assert set(re.findall(r"^\| `([\w.]+All)`", guide, re.MULTILINE)) == {name for _, name, _ in PERMISSIONS}

"""The command line: what is wrong with it is said before anything is asked or sent, and no secret is on it."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from azure.identity import AzureCliCredential, DeviceCodeCredential, InteractiveBrowserCredential

from ops.entra.command import Machine, main, perform
from ops.entra.console import Refused
from ops.entra.graph import PERMISSIONS
from ops.entra.mappings import Value
from ops.entra.options import GRAPH_COMMAND_LINE_TOOLS, _parser, parse
from ops.entra.sign_in import _CREDENTIALS
from scim.domain.tokens import generate_token

ROOT = Path(__file__).parents[3]
APP = ("--app", "https://rollcall-contoso.azurewebsites.net")
SECRET = "rcp_secret"
TOKEN = generate_token().text


def given(*arguments, stdin=SECRET):
    return parse([*APP, "--access-token-file", "-", *arguments], io.StringIO(stdin))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "--app"),
        (("--app", "http://rollcall.example"), "--app takes the address"),
        (("--app", "rollcall.example"), "--app takes the address"),
        (("--app", "https://rollcall.example/ws/scim/v2"), "--app takes the address"),
        (("--app", "https://[bad"), "--app takes the address"),
        (("--app", "https://rollcall.example:abc"), "--app takes the address"),
        (("--app", "https://:443"), "--app takes the address"),
        (("--app", "https://xn--"), "--app takes the address"),
        (("--app", "https://user:pass@rollcall.example"), "--app takes the address"),
        (("--app", "https://user@rollcall.example"), "--app takes the address"),
        (("--app", "https://rollcall.example/?a=b"), "--app takes the address"),
        (("--app", "https://rollcall.example/#a"), "--app takes the address"),
        *(
            ((*APP, "--organization", "1", option, empty), f"argument {option}: it is empty")
            for option in ("--name", "--provider", "--group", "--try-user", "--tenant", "--client-id", "--user-type")
            for empty in ("", "  ")
        ),
        ((*APP, "--organization", ""), "argument --organization: it is empty"),
        ((*APP, "--organization-attribute", " "), "argument --organization-attribute: it is empty"),
        ((*APP, "--organization-expression", " "), "argument --organization-expression: it is empty"),
        ((*APP, "--organization", "1", "--user-type", "boss"), "--user-type is endUser or technician, not boss"),
        ((*APP, "--organization", "1", "--user-type-expression", '"boss"'), "endUser or technician, not boss"),
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
    token = tmp_path / "provisioning-token"
    token.write_text(f"{TOKEN}\n")
    found = [
        given("--organization", "1").access_token,
        parse([*APP, "--organization", "1", "--access-token-file", str(file)]).access_token,
        parse([*APP, "--organization", "1"], ask=lambda _: SECRET).access_token,
    ]
    assert {each.get_secret_value() for each in found} == {SECRET}
    assert parse([*APP, "--organization", "1", "--token-file", str(token)]).token.get_secret_value() == TOKEN


@pytest.mark.parametrize(
    "text",
    [SECRET, TOKEN[:-1], TOKEN.replace("rc_", "rcp_"), f"Bearer{TOKEN}"],
    ids=["an access token", "cut", "of another prefix", "with a word before it"],
)
def test_only_a_provisioning_token_is_given_to_entra(text):
    """Not an administrator's access token, say: Entra ID keeps what it is given."""
    with pytest.raises(Refused, match="no provisioning token in the standard input") as refused:
        parse([*APP, "--organization", "1", "--token-file", "-"], io.StringIO(text))
    assert text not in str(refused.value)


def test_what_is_typed_for_a_token_is_one_word():
    for typed in ("", "  ", "two words", "tök"):
        with pytest.raises(Refused, match="it is one word"):
            parse([*APP, "--organization", "1"], ask=lambda _, typed=typed: typed)


def test_a_secret_that_cannot_be_read_is_told_without_it(tmp_path, capsys):
    for content in ("", f"{SECRET} and more", f"{SECRET}ö"):
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


def test_values_are_taken_as_they_are_meant():
    """User types in any case of letters, as provisioning takes them; names without blanks around them."""
    options = given("--user-type", " Technician", "--name", "  Rollcall ", "--group", " Help desk ")
    assert options.wanted.user_type == Value.constant("technician")
    assert (options.name, options.groups) == ("Rollcall", ("Help desk",))
    assert given("--organization", "1", "--user-type-expression", '"ENDUSER"').wanted.user_type.text == "endUser"
    assert parse(["--app", "https://Rollcall.example:443/", "--rotate"], ask=lambda _: SECRET).app == (
        "https://rollcall.example"
    )


def test_a_tenant_that_cannot_be_one_is_told(capsys):
    machine = Machine(ask=lambda _: pytest.fail("nothing is asked"))
    assert perform(given("--organization", "1", "--tenant", "not a tenant"), machine) == 1
    assert "Check --tenant" in capsys.readouterr().out


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

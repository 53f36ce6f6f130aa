"""What the person wants, from the command line."""

import argparse
import getpass
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import httpx
from pydantic import SecretStr

from ops.entra.console import Refused
from ops.entra.mappings import Value, Wanted
from scim.domain.tokens import parse_token
from scim.domain.users import UserType

GRAPH_COMMAND_LINE_TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
"""Microsoft's own client for scripts; each tenant has it, or gets it with the first consent."""
_HOST = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d+)?")
SIGN_IN = ("browser", "device", "cli")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Everything that can be wanted.

    Attributes:
        app: Where Rollcall is, without a path.
        name: Of the enterprise application; its object id where names are not enough.
        provider: Id or name of the identity provider in Rollcall; None for the only one of kind Entra ID.
        wanted: The attribute mappings; None where they are left alone.
        groups: Names or object ids.
        person: Who is provisioned as a test: user principal name or object id.
        start: Whether the job is to run.
        rotate: Whether Entra ID gets a new token.
        token: Of provisioning, where it is given; None where Rollcall shall generate one.
        access_token: Of an administrator.
    """

    app: str
    name: str = "Rollcall"
    provider: str | None = None
    wanted: Wanted | None = None
    groups: Sequence[str] = ()
    person: str | None = None
    start: bool = True
    rotate: bool = False
    finish: bool = False
    dry_run: bool = False
    sign_in: str = "browser"
    tenant: str | None = None
    client_id: str = GRAPH_COMMAND_LINE_TOOLS
    token: SecretStr | None = field(default=None, repr=False)
    access_token: SecretStr | None = field(default=None, repr=False)

    @property
    def scim_url(self) -> str:
        """What Entra ID calls the tenant URL."""
        return f"{self.app}/ws/scim/v2"


def parse(arguments: Sequence[str], stdin: TextIO = sys.stdin, ask: Callable[[str], str] = getpass.getpass) -> Options:
    """Read the command line, and the secrets from where it says that they are.

    Args:
        arguments: Without the program's name.
        stdin: Where `-` reads from.
        ask: Asks the person for a secret.

    Raises:
        Refused: A secret cannot be read.
        SystemExit: The command line is wrong, or help was asked for.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    app = _address(given.app)
    if app is None:
        parser.error("--app takes the address of the deployment, such as https://rollcall-contoso.azurewebsites.net")
    if given.token_file and given.finish:
        parser.error("--finish revokes an old token in Rollcall; it takes no --token-file")
    if given.token_file and given.access_token_file:
        parser.error("with --token-file Rollcall is not asked for anything; leave --access-token-file out")
    wanted = None if given.rotate or given.finish else _wanted(parser, given)
    if given.token_file:
        token, access_token = _provisioning_token(given.token_file, stdin), None
    elif given.access_token_file:
        token, access_token = None, _secret(given.access_token_file, stdin)
    else:
        token, access_token = None, _word(ask("Access token of a Rollcall administrator: "), "what was typed")
    return Options(
        app=app,
        name=given.name,
        provider=given.provider,
        wanted=wanted,
        groups=tuple(given.group),
        person=given.try_user,
        start=not given.no_start,
        rotate=given.rotate,
        finish=given.finish,
        dry_run=given.dry_run,
        sign_in=given.sign_in,
        tenant=given.tenant,
        client_id=given.client_id,
        token=token,
        access_token=access_token,
    )


def _wanted(parser: argparse.ArgumentParser, given: argparse.Namespace) -> Wanted:
    organization, user_type = _value(given, "organization"), _value(given, "user_type")
    if user_type and user_type.kind == "Constant":
        types = {each.lower(): each for each in UserType}
        if user_type.text.lower() not in types:
            parser.error(f"--user-type is {' or '.join(UserType)}, not {user_type.text}")
        user_type = Value.constant(types[user_type.text.lower()])
    if organization is None and user_type != Value.constant("technician"):
        parser.error(
            "say where end users belong: --organization ID (or All), --organization-attribute NAME, "
            "or --organization-expression TEXT"
        )
    return Wanted(organization=organization, user_type=user_type, groups=not given.people_only)


def _value(given: argparse.Namespace, name: str) -> Value | None:
    kinds: dict[str, Callable[[str], Value]] = {
        name: Value.constant,
        f"{name}_attribute": Value.attribute,
        f"{name}_expression": Value.expression,
    }
    return next((make(text) for option, make in kinds.items() if (text := getattr(given, option))), None)


def _secret(file: str, stdin: TextIO) -> SecretStr:
    try:
        text = stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"The token cannot be read from {file}: {type(error).__name__}.") from None
    return _word(text, "the standard input" if file == "-" else file)


def _provisioning_token(file: str, stdin: TextIO) -> SecretStr:
    """Entra ID keeps what it is given, so nothing else gets there by mistake."""
    token = _secret(file, stdin)
    if parse_token(token.get_secret_value()) is None:
        raise Refused(
            f"There is no provisioning token in {'the standard input' if file == '-' else file}: one begins with rc_, "
            "and is shown once when it is generated. Copy it whole. (An access token goes with --access-token-file.)"
        )
    return token


def _word(text: str, where: str) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", text.strip()):
        raise Refused(f"There is no token in {where}: it is one word.")
    return SecretStr(text.strip())


def _address(text: str) -> str | None:
    """Scheme and host of a deployment's address; None where it is none, or has more than that."""
    try:
        url = httpx.URL(text.strip())
        host = url.host and url.netloc.decode()
    except (httpx.InvalidURL, ValueError):
        return None
    more = url.userinfo or url.path.strip("/") or url.query or url.fragment
    return f"https://{host}" if url.scheme == "https" and _HOST.fullmatch(host) and not more else None


def _text(given: str) -> str:
    """A name or a value; blanks around it are a slip of the pen."""
    if not given.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return given.strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ops.entra",
        description="Connect Microsoft Entra ID with Rollcall. Run it again at any time: it changes what differs.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--app", required=True, metavar="URL", help="the address of the deployment")
    add(
        "--name",
        type=_text,
        default=Options.name,
        help="name or object id of the enterprise application (default: %(default)s)",
    )
    add(
        "--provider",
        type=_text,
        help="id or name of the identity provider in Rollcall, if there are several for Entra ID",
    )
    _choice(parser, "organization", "organizationId of end users", "ID")
    _choice(parser, "user-type", "userType; without it everybody is an end user", "TYPE")
    add("--people-only", action="store_true", help="do not provision groups")
    add(
        "--group",
        type=_text,
        action="append",
        default=[],
        metavar="GROUP",
        help="name or object id of a group to assign",
    )
    add(
        "--try-user", type=_text, metavar="USER", help="provision this person at once: user principal name or object id"
    )
    add("--no-start", action="store_true", help="leave the job as it is, running or not")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--rotate", action="store_true", help="only give Entra ID a new token; the old one works on")
    mode.add_argument("--finish", action="store_true", help="only revoke the old token, once the new one is in use")
    add("--dry-run", action="store_true", help="change nothing; show the requests that would")
    add("--sign-in", choices=SIGN_IN, default=Options.sign_in, help="how to sign in to Entra ID (default: %(default)s)")
    add("--tenant", type=_text, help="id or domain of the Entra tenant (default: that of your account)")
    add(
        "--client-id",
        type=_text,
        default=GRAPH_COMMAND_LINE_TOOLS,
        help="an app registration of your own to sign in with",
    )
    add("--access-token-file", metavar="FILE", help="a Rollcall administrator's access token; - is standard input")
    add("--token-file", metavar="FILE", help="a provisioning token, instead of having one generated; - as above")
    return parser


def _choice(parser: argparse.ArgumentParser, name: str, about: str, value: str) -> None:
    group: Any = parser.add_mutually_exclusive_group()
    group.add_argument(f"--{name}", type=_text, metavar=value, help=f"{about}: the same for everybody")
    group.add_argument(f"--{name}-attribute", type=_text, metavar="NAME", help="… from an attribute of Entra ID")
    group.add_argument(f"--{name}-expression", type=_text, metavar="TEXT", help="… from an expression")

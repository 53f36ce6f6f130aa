"""What the terminal shows when the app is ready."""

import json
from pathlib import Path

from localdev.summary import describe

RUN = {
    "scim_url": "http://127.0.0.1:7071/ws/scim/v2",
    "console_url": "http://127.0.0.1:7071/console",
    "api_url": "http://127.0.0.1:7071/api",
    "providers": [
        {"id": "1", "name": "Contoso Entra", "scim_token": "rc_1"},
        {"id": "2", "name": "Fabrikam Okta", "scim_token": "rc_2"},
    ],
    "organizations": [],
    "admin": {"email": "ada@example.org", "password": "secret word", "totp_secret": "ABCD"},
}


def test_it_shows_what_one_needs_to_begin(tmp_path):
    run_file = tmp_path / "run.json"
    run_file.write_text(json.dumps(RUN))

    text = describe(run_file, Path("app.log"), 1.96)

    assert text.splitlines() == [
        "Rollcall is ready (2.0 s). Ctrl-C stops it.",
        "",
        "  SCIM URL      http://127.0.0.1:7071/ws/scim/v2",
        "  SCIM tokens   rc_1  (Contoso Entra)",
        "                rc_2  (Fabrikam Okta)",
        "  Console       http://127.0.0.1:7071/console",
        "  API           http://127.0.0.1:7071/api",
        "  Sign in as    ada@example.org  secret word",
        "  TOTP secret   ABCD",
        "  Log           app.log",
    ]


def test_of_an_empty_tenant_it_shows_where_it_is_set_up_and_with_what(tmp_path):
    run_file = tmp_path / "run.json"
    set_up = {"url": "http://127.0.0.1:7071/console/set-up", "secret": "set-up secret"}
    run_file.write_text(json.dumps(RUN | {"providers": [], "admin": None, "set_up": set_up}))

    text = describe(run_file, Path("app.log"), 1)

    assert text.splitlines()[2:] == [
        "  SCIM URL      http://127.0.0.1:7071/ws/scim/v2",
        "  Console       http://127.0.0.1:7071/console",
        "  API           http://127.0.0.1:7071/api",
        "  Set up at     http://127.0.0.1:7071/console/set-up",
        "  Set-up secret set-up secret",
        "  Log           app.log",
    ]


def test_before_there_is_a_console_it_shows_none(tmp_path):
    run_file = tmp_path / "run.json"
    run_file.write_text(json.dumps({"scim_url": RUN["scim_url"], "providers": RUN["providers"]}))

    text = describe(run_file, Path("app.log"), 1)

    assert "Console" not in text
    assert "Sign in" not in text

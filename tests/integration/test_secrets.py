"""Nothing that a whole run writes, prints or replies holds a secret.

The run is `make run`, with its data kept. `run.json` has the demo tenant's secrets on purpose, readable by its owner
alone, and so has the summary that is printed when everything is ready.
"""

import json
import stat
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import httpx
import pytest

from localdev.stack import ROOT
from tests.integration.local_run import Run
from tests.integration.whole_run import WholeRun


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The run after its end, and what it wrote, by file, `run.json` apart."""
    local = Run(tmp_path_factory.mktemp("run"), APP_DIR=str(ROOT), MEMORY="")
    try:
        local.wait_ready()
        facts = json.loads((local.directory / "run.json").read_text("utf-8"))
        with httpx.Client(base_url=local.url, timeout=60) as client:
            whole = WholeRun(client, facts)
            whole.play()
    finally:
        output, errors = local.end()
    files = {path.relative_to(local.directory).as_posix(): path for path in local.directory.rglob("*")}
    assert stat.S_IMODE(files.pop("run.json").stat().st_mode) == 0o600
    written = {name: path.read_bytes() for name, path in files.items() if path.is_file()}
    return whole, written | {"stdout": output.encode(), "stderr": errors.encode()}


def forms(text):
    """A text as it may have been written."""
    raw = text.encode()
    encoded = (b64encode(raw).rstrip(b"="), urlsafe_b64encode(raw).rstrip(b"="), raw.hex().encode())
    return {raw, text.encode("utf-16-le"), quote(text).encode(), json.dumps(text)[1:-1].encode(), *encoded}


def places(texts, written):
    """Where which text is."""
    return {
        (name, place)
        for name, text in texts.items()
        for place, content in written.items()
        if any(form in content for form in forms(text))
    }


def test_a_secret_is_found_in_whatever_form_it_is_written():
    text = "a/secret+that is \u00e9 special"
    written = {str(number): b"..." + form + b"..." for number, form in enumerate(forms(text))}
    assert len(places({"it": text}, written)) == len(written)


def test_no_secret_is_written(played):
    """R031."""
    whole, written = played
    logs = {name for name in written if name.startswith("logs/")}
    assert any(b"api_request_answered" in written[name] for name in logs), logs
    assert places(whole.secrets, written) == set()


def test_no_reply_holds_a_secret_but_the_one_that_is_there_to_tell_it(played):
    """R031."""
    whole, _ = played
    found = places(whole.secrets, whole.replies)
    told_to_the_console = {
        (name, place) for name, place in found if name.startswith("CSRF") and "/api/session" in place
    }
    assert found - told_to_the_console == set()


def test_digests_are_only_where_secrets_are_compared(played):
    """Of provisioning tokens in the vault; of what people sign in with in storage.

    The digest of a session's secret is the session's id, which its owner sees.
    """
    whole, written = played
    assert {place for _, place in places(whole.token_digests, written)} == {"vault.json"}
    assert {place.partition("/")[0] for _, place in places(whole.other_digests, written)} <= {"azurite"}
    found = places(whole.token_digests | whole.other_digests, whole.replies)
    assert {(name, place) for name, place in found if "/api/me/sessions" not in place} == set()


def test_hashes_of_passwords_are_in_storage_alone(played):
    whole, written = played
    assert {place.partition("/")[0] for _, place in places({"hash": "$argon2id$"}, written)} == {"azurite"}
    assert places({"hash": "$argon2id$"}, whole.replies) == set()

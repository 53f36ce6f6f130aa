"""Apps on the shared emulators, as other tests use them."""

import httpx
import pytest

from localdev.ports import listen, number_of
from localdev.processes import StartFailure

APP = """
import os
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route(route="{*name}", methods=["GET"])
async def environment(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(os.environ.get(req.route_params.get("name", ""), ""))
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "host.json").write_text('{"extensions": {"http": {"routePrefix": ""}}}')
    (tmp_path / "function_app.py").write_text(APP)
    return tmp_path


def test_several_apps_run_on_the_same_emulators(emulators, folder):
    apps = [emulators.start_app(directory=folder, environment={"NUMBER": str(number)}) for number in range(2)]

    assert [httpx.get(f"{app.url}/NUMBER").text for app in apps] == ["0", "1"]
    assert [httpx.get(f"{app.url}/PUBLIC_URL").text for app in apps] == [app.url for app in apps]
    assert {httpx.get(f"{app.url}/TABLES_URL").text for app in apps} == {emulators.tables_url}
    assert len({app.log for app in apps}) == 2
    for app in apps:
        app.stop()
        with pytest.raises(httpx.ConnectError):
            httpx.get(app.url)


def test_a_port_that_is_taken_is_not_taken_from_its_owner(emulators, folder):
    with listen() as owner, pytest.raises(StartFailure, match="is in use"):
        emulators.start_app(number_of(owner), directory=folder)


def test_an_app_that_is_prepared_refuses_connections_until_it_is_opened(emulators, folder):
    pending = emulators.prepare_app(directory=folder)

    with pytest.raises(httpx.ConnectError):
        httpx.get(pending.url)
    app = pending.open()
    assert httpx.get(f"{app.url}/PUBLIC_URL").text == pending.url
    app.stop()

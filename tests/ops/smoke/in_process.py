"""A deployment in the test's process: the app's HTTP functions behind the host's routing, as an httpx transport."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import azure.functions as func
import httpx

from localdev.host.routing import Routes
from localdev.host.worker import Function
from scim.triggers.health import health
from scim.triggers.scim_api import scim_api
from scim.triggers.web import admin_api, console

CERTIFICATE_DAYS = 90


class Connection:
    """A TLS connection, as far as it is looked at."""

    def __init__(self, days):
        # half a day more, so that whole days are left while the test runs
        ends = datetime.now(UTC) + timedelta(days=days, hours=12)  # noqa: TID251 - as TLS sees it
        self._ends = format_datetime(ends, usegmt=True)[5:]

    def get_extra_info(self, name):
        assert name == "ssl_object"
        return self

    def getpeercert(self):
        day, month, year, time, zone = self._ends.split()
        return {"notAfter": f"{month} {int(day):2} {time} {year} {zone}"}

    def version(self):
        return "TLSv1.3"


class Deployment(httpx.BaseTransport):
    """The functions of one application.

    Args:
        app: The application.
        runner: Of the event loop in which the application was made.
        prefix: What `host.json` puts before every route.
        certificate_days: Life that its certificate has left.
    """

    def __init__(self, app, runner: asyncio.Runner, *, prefix="", certificate_days=CERTIFICATE_DAYS):
        functions = func.FunctionApp()
        functions.register_functions(scim_api(lambda: app.dispatcher))
        functions.register_functions(admin_api(lambda: app.administration.api))
        functions.register_functions(console(lambda: app.administration.console))
        functions.register_functions(health(lambda: app.readiness, lambda: "mailto:security@contoso.com"))
        self._functions = {each.get_function_name(): each for each in functions.get_functions()}
        self._routes = Routes([_described(each) for each in self._functions.values()], prefix)
        self._runner = runner
        self._certificate_days = certificate_days

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "http":  # `httpsOnly`
            return _empty(307, headers={"Location": str(request.url.copy_with(scheme="https"))})
        found = self._routes.find(request.method, request.url.path)
        if found is None:
            return _empty(404, extensions=self._extensions)
        function, parameters = found
        asked = func.HttpRequest(
            request.method,
            str(request.url),
            headers=dict(request.headers),
            params=dict(request.url.params),
            route_params=parameters,
            body=request.read(),
        )
        reply = self._runner.run(self._functions[function.name].get_user_function()(asked))
        headers = [*reply.headers.items(), ("Content-Type", reply.mimetype)]
        return httpx.Response(
            reply.status_code, headers=headers, stream=Sent(reply.get_body()), extensions=self._extensions
        )

    @property
    def _extensions(self):
        return {"network_stream": Connection(self._certificate_days)}


class Sent(httpx.SyncByteStream):
    """A body that has not been read yet."""

    def __init__(self, content: bytes):
        self._content = content

    def __iter__(self):
        yield self._content


def _empty(status, **options):
    return httpx.Response(status, stream=Sent(b""), **options)


def _described(function):
    trigger = function.get_trigger().get_dict_repr()
    methods = [method.value for method in trigger["methods"]]
    return Function(function.get_function_name(), function.get_function_name(), {**trigger, "methods": methods})

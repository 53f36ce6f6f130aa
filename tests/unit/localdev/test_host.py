"""The local host surprises where the real host does; each test is one of its habits."""

import asyncio

import pytest

from localdev.host.routing import RouteError, Routes
from localdev.host.worker import Function, Worker, WorkerFailure

ECHO = """
@app.route(route="echo/{id}", methods=["GET", "POST"])
async def echo_it(req: func.HttpRequest) -> func.HttpResponse:
    return echo(req)
"""


def answering(name, route, methods=("GET",)):
    """The source of a function that answers with its name."""
    return f"""
@app.route(route={route!r}, methods={list(methods)!r})
async def {name}(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse({name!r})
"""


class TestRouting:
    async def test_the_name_decides_not_how_specific_a_route_is(self, serve):
        client = await serve(answering("b_users", "users/me") + answering("a_any", "users/{id}"))

        assert (await client.get("/users/me")).text == "a_any"

    async def test_names_are_ordered_without_regard_to_case(self, serve):
        client = await serve(answering("B", "users/me") + answering("a", "users/{id}"))

        assert (await client.get("/users/me")).text == "a"

    async def test_underscore_sorts_after_letters(self, serve):
        client = await serve(answering("_all", "{*path}") + answering("zebra", "users"))

        assert (await client.get("/users")).text == "zebra"
        assert (await client.get("/else/where")).text == "_all"

    async def test_a_function_that_does_not_take_the_method_is_passed_over(self, serve):
        client = await serve(answering("users", "users") + answering("z_rest", "{*path}", ["GET", "PUT"]))

        assert (await client.put("/users")).text == "z_rest"

    async def test_a_wrong_method_is_404_with_an_empty_body(self, serve):
        client = await serve(answering("users", "users"))

        reply = await client.delete("/users")
        assert (reply.status_code, reply.content) == (404, b"")

    async def test_head_on_a_get_route_is_404(self, serve):
        client = await serve(answering("users", "users"))

        assert (await client.head("/users")).status_code == 404

    async def test_a_route_without_methods_takes_all_that_the_library_lists(self, serve):
        client = await serve("""
            @app.route(route="any")
            async def any_method(req: func.HttpRequest) -> func.HttpResponse:
                return func.HttpResponse(req.method)
            """)

        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            assert (await client.request(method, "/any")).text == method

    async def test_literals_match_in_any_letter_case_and_parameters_keep_theirs(self, serve):
        client = await serve(ECHO)

        assert (await client.get("/EcHo/AbC")).json()["route_params"] == {"id": "AbC"}

    @pytest.mark.parametrize("path", ["/echo", "/echo/", "/echo//", "/echo/1/2"])
    async def test_a_parameter_takes_exactly_one_segment(self, serve, path):
        client = await serve(ECHO)

        assert (await client.get(path)).status_code == 404

    async def test_a_slash_at_the_end_is_ignored(self, serve):
        client = await serve(ECHO)

        assert (await client.get("/echo/1/")).json()["route_params"] == {"id": "1"}

    async def test_a_catch_all_takes_the_rest_and_matches_nothing_too(self, serve):
        client = await serve("""
            @app.route(route="files/{*path}", methods=["GET"])
            async def files(req: func.HttpRequest) -> func.HttpResponse:
                return echo(req)
            """)

        assert (await client.get("/files/a/b.txt")).json()["route_params"] == {"path": "a/b.txt"}
        assert (await client.get("/files")).json()["route_params"] == {}

    async def test_an_optional_parameter_may_be_missing(self, serve):
        client = await serve("""
            @app.route(route="page/{number?}", methods=["GET"])
            async def page(req: func.HttpRequest) -> func.HttpResponse:
                return echo(req)
            """)

        assert (await client.get("/page")).json()["route_params"] == {}
        assert (await client.get("/page/2")).json()["route_params"] == {"number": "2"}

    async def test_the_empty_route_is_the_root(self, serve):
        client = await serve(answering("home", ""))

        assert (await client.get("/")).text == "home"

    async def test_dot_segments_are_gone_before_a_route_is_chosen(self, serve):
        client = await serve(answering("files", "files/{*path}") + answering("secret", "secret"))

        for path in ("/files/%2e%2e/secret", "/files/./%2E%2E/secret"):
            assert (await client.get(path)).text == "secret"

    async def test_the_prefix_of_host_json_stands_before_every_route(self, serve):
        client = await serve(answering("users", "users"), prefix="scim/v2")

        assert (await client.get("/scim/v2/users")).text == "users"
        assert (await client.get("/users")).status_code == 404

    async def test_without_a_prefix_in_host_json_it_is_api(self, serve):
        client = await serve(answering("users", "users"), prefix=None)

        assert (await client.get("/api/users")).text == "users"

    async def test_a_function_without_a_route_has_its_name(self, serve):
        client = await serve("""
            @app.route(methods=["GET"])
            async def hello(req: func.HttpRequest) -> func.HttpResponse:
                return func.HttpResponse("hello")
            """)

        assert (await client.get("/hello")).text == "hello"

    @pytest.mark.parametrize("route", ["admin/users", "Admin", "runtime/{*path}"])
    async def test_the_host_keeps_admin_and_runtime(self, serve, route):
        with pytest.raises(RouteError, match="keeps for itself"):
            await serve(answering("users", route))

    @pytest.mark.parametrize("route", ["/users", "users/", "users/{id:int}", "{a}.{b}", "{*rest}/more", "a//b"])
    def test_templates_that_this_host_does_not_know_are_refused(self, route):
        function = Function("1", "users", {"type": "httpTrigger", "name": "req", "route": route})

        with pytest.raises(RouteError):
            Routes([function], "")


class TestRequests:
    async def test_header_names_arrive_in_lower_case(self, serve):
        client = await serve(ECHO)

        headers = (await client.get("/echo/1", headers={"X-Custom-Header": "Value"})).json()["headers"]
        assert headers["x-custom-header"] == "Value"
        assert all(name == name.lower() for name in headers)

    async def test_repeated_headers_are_joined(self, serve):
        client = await serve(ECHO)

        reply = await client.get("/echo/1", headers=[("x-a", "1"), ("X-A", "2")])
        assert reply.json()["headers"]["x-a"] == "1,2"

    async def test_repeated_query_keys_are_joined(self, serve):
        client = await serve(ECHO)

        assert (await client.get("/echo/1?a=1&b=2&a=3&A=4")).json()["params"] == {"a": "1,3,4", "b": "2"}

    async def test_empty_query_values_vanish(self, serve):
        client = await serve(ECHO)

        assert (await client.get("/echo/1?filter=&count&x=1")).json()["params"] == {"x": "1"}

    async def test_query_values_are_decoded(self, serve):
        client = await serve(ECHO)

        reply = await client.get("/echo/1?filter=userName%20eq%20%22a%2Bb%40c%22&q=a+b&%C3%A9=%C3%A9")
        assert reply.json()["params"] == {"filter": 'userName eq "a+b@c"', "q": "a b", "é": "é"}

    async def test_an_encoded_slash_stays_encoded(self, serve):
        client = await serve(ECHO)

        reply = (await client.get("/echo/a%2Fb%2fc%20d")).json()
        assert reply["route_params"] == {"id": "a%2Fb%2fc d"}

    async def test_the_url_is_the_one_that_was_asked_for(self, serve):
        client = await serve(ECHO)

        reply = (await client.get("/echo/a%2Fb%20%25?x=%20&y=")).json()
        assert reply["url"] == "http://host.example/echo/a%2Fb%20%25?x=%20&y="

    async def test_a_body_arrives(self, serve):
        client = await serve(ECHO)

        assert (await client.post("/echo/1", content="héllo")).json()["body"] == "héllo"

    async def test_a_body_without_content_length_arrives_empty(self, serve):
        client = await serve(ECHO)

        async def chunks():
            yield b"hel"
            yield b"lo"

        assert (await client.post("/echo/1", content=chunks())).json()["body"] == ""

    async def test_no_body_is_an_empty_one(self, serve):
        client = await serve(ECHO)

        assert (await client.post("/echo/1")).json()["body"] == ""


def returning(expression):
    """The source of a function that returns the value of an expression."""
    return f"""
@app.route(route="it", methods=["GET"])
async def it(req: func.HttpRequest):
    return {expression}
"""


class TestReplies:
    async def test_status_headers_and_body_arrive(self, serve):
        client = await serve(returning('func.HttpResponse("x", status_code=418, headers={"X-A": "1"})'))

        reply = await client.get("/it")
        assert (reply.status_code, reply.headers["x-a"], reply.text) == (418, "1", "x")
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"

    async def test_an_empty_reply_has_no_body(self, serve):
        client = await serve(returning("func.HttpResponse(status_code=204)"))

        reply = await client.get("/it")
        assert (reply.status_code, reply.content) == (204, b"")

    async def test_repeated_headers_collapse_to_the_last(self, serve):
        client = await serve("""
            @app.route(route="it", methods=["GET"])
            async def it(req: func.HttpRequest):
                reply = func.HttpResponse("x")
                reply.headers.add("Link", "first")
                reply.headers.add("Link", "second")
                return reply
            """)

        assert (await client.get("/it")).headers.get_list("link") == ["second"]

    async def test_each_cookie_arrives_written_anew(self, serve):
        client = await serve("""
            @app.route(route="it", methods=["GET"])
            async def it(req: func.HttpRequest):
                reply = func.HttpResponse("x")
                reply.headers.add("Set-Cookie", "__Host-a=1=2; HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age=60")
                reply.headers.add("Set-Cookie", "b=; expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=example.org")
                return reply
            """)

        assert (await client.get("/it")).headers.get_list("set-cookie") == [
            "__Host-a=1%3D2; max-age=60; path=/; secure; samesite=strict; httponly",
            "b=; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.org",
        ]

    async def test_text_is_a_reply(self, serve):
        client = await serve(returning('"hello"'))

        reply = await client.get("/it")
        assert (reply.status_code, reply.text) == (200, "hello")

    @pytest.mark.parametrize("value", ['{"a": 1}', "None", "[1]", "b'bytes'", "1"])
    async def test_what_is_no_reply_is_500(self, serve, value):
        client = await serve(returning(value))

        reply = await client.get("/it")
        assert (reply.status_code, reply.content) == (500, b"")

    async def test_an_exception_is_500_and_in_the_log_only(self, serve, caplog):
        client = await serve(returning("1 / 0"))

        reply = await client.get("/it")
        assert (reply.status_code, reply.content) == (500, b"")
        assert "ZeroDivisionError" in caplog.text


class TestWorker:
    async def test_async_functions_run_at_the_same_time(self, serve):
        client = await serve("""
            barrier = asyncio.Barrier(8)

            @app.route(route="it", methods=["GET"])
            async def it(req: func.HttpRequest):
                async with asyncio.timeout(5):
                    await barrier.wait()
                return func.HttpResponse(str(threading.current_thread() is threading.main_thread()))
            """)

        replies = await asyncio.gather(*(client.get("/it") for _ in range(8)))
        assert [reply.text for reply in replies] == ["True"] * 8

    async def test_other_functions_run_in_threads(self, serve):
        client = await serve("""
            barrier = threading.Barrier(2)

            @app.route(route="it", methods=["GET"])
            def it(req: func.HttpRequest):
                barrier.wait(5)
                return func.HttpResponse(str(threading.current_thread() is threading.main_thread()))
            """)

        replies = await asyncio.gather(client.get("/it"), client.get("/it"))
        assert [reply.text for reply in replies] == ["False"] * 2

    @pytest.mark.parametrize(
        ("source", "complaint"),
        [
            pytest.param("import nothing_of_this_name", "nothing_of_this_name", id="import"),
            pytest.param("def broken(:", "SyntaxError", id="syntax"),
            pytest.param(
                '@app.route(route="x")\nasync def f(request: func.HttpRequest): ...',
                "declared in Python",
                id="parameter",
            ),
            pytest.param('@app.route(route="x")\nasync def f(req: int): ...', "do not match", id="annotation"),
            pytest.param("", "There are no functions", id="nothing"),
        ],
    )
    async def test_what_the_worker_refuses_is_not_served(self, write_app, source, complaint):
        with pytest.raises(WorkerFailure, match=complaint):
            await Worker.load(write_app(source))

    async def test_blueprints_are_loaded_with_their_full_routes(self, serve):
        client = await serve("""
            blueprint = func.Blueprint()

            @blueprint.route(route="from/blueprint", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
            async def of_blueprint(req: func.HttpRequest):
                return func.HttpResponse("yes")

            app.register_blueprint(blueprint)
            """)

        assert (await client.get("/from/blueprint")).text == "yes"


TIMER = """
runs = []
has_run = asyncio.Event()

@app.timer_trigger(schedule="0 0 3 * * *", arg_name="timer")
async def Nightly(timer: func.TimerRequest) -> None:
    runs.append(timer)
    has_run.set()

@app.route(route="runs", methods=["GET"])
async def get_runs(req: func.HttpRequest):
    await has_run.wait()
    return func.HttpResponse(json.dumps([[run.past_due, run.schedule_status["Next"][11:19]] for run in runs]))
"""


class TestTimers:
    @pytest.mark.parametrize("name", ["Nightly", "nightly"])
    async def test_a_timer_runs_on_demand(self, serve, name):
        client = await serve(TIMER)

        assert (await client.post(f"/admin/functions/{name}", json={})).status_code == 202
        assert (await client.get("/runs")).json() == [[False, "03:00:00"]]

    async def test_only_timers_run_on_demand(self, serve):
        client = await serve(TIMER)

        assert (await client.post("/admin/functions/unknown", json={})).status_code == 404
        assert (await client.post("/admin/functions/get_runs", json={})).status_code == 404
        assert (await client.get("/admin/functions/Nightly")).status_code == 404

    async def test_a_timer_that_fails_is_in_the_log(self, serve, caplog, until):
        client = await serve("""
            done = asyncio.Event()

            @app.timer_trigger(schedule="0 0 3 * * *", arg_name="timer")
            async def failing(timer: func.TimerRequest) -> None:
                done.set()
                raise ValueError("out of order")

            @app.route(route="done", methods=["GET"])
            async def wait(req: func.HttpRequest):
                await done.wait()
                return func.HttpResponse("done")
            """)

        await client.post("/admin/functions/failing", json={})
        await client.get("/done")
        await until(lambda: "out of order" in caplog.text)

    async def test_the_host_says_that_it_is_alive(self, serve):
        client = await serve(TIMER)

        assert (await client.get("/admin/host/ping")).status_code == 200


async def test_a_malformed_schedule_is_refused_at_load(serve):
    with pytest.raises(ValueError, match="every day"):
        await serve(TIMER.replace("0 0 3 * * *", "every day"))

"""Tracking servers that are down, slow, guarded or no tracking servers at all."""

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mlops_audit.facts.store import FactStore
from mlops_audit.tracking import parse_address
from mlops_audit.tracking.http import Server
from mlops_audit.tracking.read import add_tracking_stores
from mlops_audit.tracking.server import server_rows

Answer = Callable[[BaseHTTPRequestHandler], None]
Serve = Callable[[Answer], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts a server with the given answer to everything."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer(self)

            def do_GET(self) -> None:
                answer(self)

            def log_message(self, *_: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def reply(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def problem(address: str) -> str:
    """Return the one diagnostic about a store that could not be read."""
    with FactStore() as store:
        add_tracking_stores(store, [parse_address(address)])
        ((path, text, lost),) = store.connection.execute(
            "SELECT path, problem, lost FROM diagnostic"
        ).fetchall()
        assert lost == 1
        assert "@" not in path
        return str(text)


def test_a_server_that_is_down() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "cannot be reached" in problem(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_demands_a_login(serve: Serve, status: int) -> None:
    address = serve(lambda handler: reply(handler, b"no", status))
    text = problem(address.replace("http://", "http://ada:hunter2hunter2@"))
    assert "MLFLOW_TRACKING_USERNAME" in text
    assert "hunter2" not in text


def test_credentials_are_not_carried_to_another_host(serve: Serve) -> None:
    seen: list[str | None] = []
    other = serve(lambda handler: seen.append(handler.headers.get("Authorization")))
    address = serve(lambda handler: reply(handler, b"", 302, Location=f"{other}/login"))
    assert "page to log in" in problem(address.replace("http://", "http://ada:hunter2@"))
    assert seen == []


@pytest.mark.parametrize(
    "body", [b"<html>Sign in</html>", b"[]", b"", b"\xff\xfe", b"{" * 100_000, b'"text"']
)
def test_a_server_that_answers_nonsense(serve: Serve, body: bytes) -> None:
    assert "does not answer as a tracking server" in problem(
        serve(lambda handler: reply(handler, body))
    )


def test_a_port_on_which_something_else_speaks(serve: Serve) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"220 mail.example.org ESMTP\r\n")

    assert "does not answer as a tracking server" in problem(serve(answer))


def test_a_server_that_knows_no_runs(serve: Serve) -> None:
    assert "Does the address lack a port" in problem(
        serve(lambda handler: reply(handler, b"{}", 404))
    )


def test_a_server_that_fails(serve: Serve) -> None:
    assert "fails (status 500)" in problem(serve(lambda handler: reply(handler, b"{}", 500)))


def test_a_server_that_is_too_slow(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stopped.is_set():
            try:
                handler.wfile.write(b" ")
            except OSError:
                return
            time.sleep(0.05)

    address = serve(drip)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    assert "does not answer in time" in problem(address)
    stopped.set()


def test_what_a_server_said_before_it_broke_is_kept(serve: Serve) -> None:
    run = {
        "info": {"run_id": "a", "experiment_id": "1", "status": "FINISHED", "start_time": "x"},
        "data": {"metrics": [{"key": "auc", "value": "NaN", "step": []}, 7, None], "tags": {}},
    }

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.endswith("experiments/search"):
            body: Any = {"experiments": [{"experiment_id": "1", "name": "churn"}, {}, "x"]}
        elif handler.path.endswith("runs/search"):
            body = {"runs": [run, {}, []], "next_page_token": "again"}
        else:
            body = None
        reply(handler, json.dumps(body).encode(), 200 if body else 500)

    with FactStore() as store:
        add_tracking_stores(store, [parse_address(serve(answer))])
        query = store.connection.execute
        assert query("SELECT DISTINCT run, experiment, status FROM run").fetchall() == [
            ("a", "churn", "finished")
        ]
        assert query("SELECT DISTINCT key, value FROM run_metric").fetchall() == [("auc", None)]
        assert "fails" in query("SELECT problem FROM diagnostic").fetchone()[0]


def test_a_page_token_that_never_ends_ends(serve: Serve) -> None:
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        reply(handler, json.dumps({"next_page_token": str(len(asked) % 2)}).encode())

    server = Server(serve(answer), {}, seconds=1.0)
    assert any("too slowly" in str(row) for row in server_rows(server, "server"))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"MLFLOW_TRACKING_TOKEN": "tell-nobody"}, "Bearer tell-nobody"),
        (
            {"MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": "pass:word"},
            "Basic " + base64.b64encode(b"ada:pass:word").decode(),
        ),
        ({}, None),
    ],
)
def test_credentials_come_from_the_variables_of_mlflow(
    serve: Serve, environment: dict[str, str], expected: str | None
) -> None:
    seen: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("Authorization"))
        reply(handler, b"{}")

    list(server_rows(Server(serve(answer), environment), "server"))
    assert set(seen) == {expected}

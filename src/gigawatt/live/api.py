"""HTTP on the loopback, behind a token: what the command line speaks to a cluster.

    GET  /v1/status             POST /v1/jobs              POST /v1/nodes/N/drain
    GET  /v1/jobs/N             POST /v1/jobs/N/cancel     POST /v1/down
    GET  /v1/events?after=SEQ   GET  /v1/view

Bodies and answers are JSON objects. A user's mistake is answered with 422 and ``problems``.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
from dataclasses import asdict
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from gigawatt.kernel.errors import GigawattError, InputError, Problem
from gigawatt.live import viewing, views
from gigawatt.live.client import MOST_BODY_BYTES
from gigawatt.live.store import StoreFullError

if TYPE_CHECKING:
    from gigawatt.live.controller import Controller

_PATIENCE_S = 30.0


def serve(controller: Controller) -> None:
    """Answer requests in threads until the process ends; write where, and the token, for this user only."""
    token = secrets.token_urlsafe(32)

    class Handler(_Handler):
        door = controller
        secret = token

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    write_private(
        controller.folder / "api.json",
        {"port": server.server_address[1], "token": token, "pid": os.getpid()},
    )


def write_private(path: Path, value: dict[str, Any]) -> None:
    """Write JSON that only this user may read; the file appears whole."""
    draft = path.with_suffix(".partial")
    draft.unlink(missing_ok=True)
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        json.dump(value, file)
    draft.replace(path)


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    door: Controller
    secret: str
    timeout = _PATIENCE_S
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer a question."""
        self._answer(
            {
                r"/v1/status": self._status,
                r"/v1/jobs/(\d{1,12})": self._job,
                r"/v1/events": self._events,
                r"/v1/view": self._view,
            }
        )

    def do_POST(self) -> None:
        """Do what is asked."""
        self._answer(
            {
                r"/v1/jobs": self._submit,
                r"/v1/jobs/(\d{1,12})/cancel": self._cancel,
                r"/v1/nodes/(\d{1,6})/drain": self._drain,
                r"/v1/down": self._down,
            }
        )

    def log_message(self, *_: object) -> None:
        """Keep requests out of the log: the journal has what matters."""

    def _answer(self, routes: dict[str, Any]) -> None:
        code = 404
        answer: dict[str, Any] = {"error": "there is no such thing"}
        try:
            body = self._body()
            if not compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.secret}"):
                code, answer = 401, {"error": "the token is wrong"}
            else:
                for pattern, action in routes.items():
                    matched = re.fullmatch(pattern, urlsplit(self.path).path)
                    if matched:
                        code, answer = 200, action(body, *(int(word) for word in matched.groups()))
        except InputError as error:
            code, answer = 422, {"problems": [asdict(problem) for problem in error.problems]}
        except StoreFullError as error:
            code, answer = 507, {"error": str(error)}
        except (GigawattError, TimeoutError) as error:
            code, answer = 503, {"error": str(error) or "the controller did not answer in time"}
        data = json.dumps(answer, allow_nan=False).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> dict[str, Any]:
        told = self.headers.get("Content-Length", "0")
        if not told.isdecimal() or int(told) > MOST_BODY_BYTES:
            # What is not read would be taken for the next request.
            self.close_connection = True
            raise _malformed(f"a body of {told[:20]} bytes; allowed: up to {MOST_BODY_BYTES:,}")
        text = self.rfile.read(int(told))
        try:
            value = json.loads(text) if text else {}
        except (ValueError, RecursionError) as error:
            raise _malformed(f"no JSON: {error}") from None
        if not isinstance(value, dict):
            raise _malformed("no JSON object")
        return value

    def _status(self, _body: dict[str, Any]) -> dict[str, Any]:
        return self.door.ask(lambda: views.status(self.door.core))

    def _job(self, _body: dict[str, Any], number: int) -> dict[str, Any]:
        def look() -> dict[str, Any]:
            job = views.find(self.door.core, number)
            return {**views.job_row(job), "attempt": job.attempt, "ranks": job.spec.gpus}

        return self.door.ask(look)

    def _events(self, _body: dict[str, Any]) -> dict[str, Any]:
        asked = viewing.asked(urlsplit(self.path).query)
        return self.door.ask(lambda: viewing.events(self.door.core, asked))

    def _view(self, _body: dict[str, Any]) -> dict[str, Any]:
        return self.door.ask(lambda: viewing.view(self.door.core))

    def _submit(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            wanted = views.Submission.model_validate(body)
        except ValidationError as error:
            raise InputError(
                [
                    Problem("GW810", f"{_where(e['loc'])}: {e['msg']}", "mend it", file="submission")
                    for e in error.errors(include_url=False, include_input=False, include_context=False)
                ]
            ) from None
        return self.door.ask(lambda: views.submit(self.door.core, wanted))

    def _cancel(self, _body: dict[str, Any], number: int) -> dict[str, Any]:
        return self.door.ask(lambda: views.cancel(self.door.core, number))

    def _drain(self, body: dict[str, Any], node: int) -> dict[str, Any]:
        undo = body.get("undo", False)
        if not isinstance(undo, bool):
            raise _malformed("undo is neither true nor false")
        return self.door.ask(lambda: views.drain(self.door.core, node, undo=undo))

    def _down(self, _body: dict[str, Any]) -> dict[str, Any]:
        self.door.ask(self.door.core.go_down)
        return {"pid": os.getpid()}


def _where(place: tuple[int | str, ...]) -> str:
    return ".".join(str(word) for word in place)


def _malformed(seen: str) -> InputError:
    return InputError(Problem("GW810", f"the request is malformed: {seen}", "mend it", file="request"))

"""HTTP, behind a token: what the command line, a page and other programs speak to a cluster.

What can be asked stands in :data:`gigawatt.live.http.routes.ROUTES`; ``GET /v1/openapi.json`` tells it.
Bodies and answers are JSON objects; what is refused is answered with ``problems``. A token is looked at
before a body is read.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from gigawatt.kernel.errors import GigawattError, InputError, Problem
from gigawatt.live.http.requests import checked
from gigawatt.live.http.routes import Asked, Raw, Route, find_route
from gigawatt.live.http.serving import Exchange, Server
from gigawatt.live.nodes.wire import write_private
from gigawatt.live.outside.door import MOST_BODY_BYTES
from gigawatt.live.store import StoreFullError
from gigawatt.live.tenants import Caller, hash_of, who_asks, who_looks

if TYPE_CHECKING:
    from gigawatt.live.controller import Controller

_STATUS = {
    "GW807": 404, "GW809": 404, "GW813": 404, "GW830": 401, "GW831": 403, "GW832": 403, "GW834": 404,
    "GW835": 409, "GW840": 404, "GW841": 405,
}  # fmt: skip
"""HTTP's words for problems; for all others it is 422."""


class Desk:
    """Answers requests on behalf of a controller."""

    def __init__(self, controller: Controller, owner_token: str) -> None:
        self.controller = controller
        self._owner_sha256 = hash_of(owner_token)

    def answer(self, exchange: Exchange) -> None:
        """Answer one request; whatever it is, nothing of it comes out but an answer."""
        try:
            result = self._result(exchange)
        except InputError as error:
            status = _STATUS.get(error.problems[0].code, 422)
            exchange.refuse(exchange.status or status, error.problems)
        except StoreFullError as error:
            remedy = "make room on the disk of the state folder; then try again"
            exchange.refuse(507, [Problem("GW846", str(error), remedy, file="cluster")])
        except (GigawattError, TimeoutError) as error:
            seen = str(error) or "the controller did not answer in time"
            exchange.refuse(503, [Problem("GW846", seen, "try again later", file="cluster")])
        else:
            if isinstance(result, Raw):
                exchange.send(HTTPStatus.OK, result.data, result.kind, result.headers)
            else:
                exchange.send(HTTPStatus.OK, json.dumps(result, allow_nan=False).encode(), "application/json")

    def _result(self, exchange: Exchange) -> Any:
        try:
            address = urlsplit(exchange.target)
            path = unquote(address.path, errors="strict")
        except ValueError as error:
            raise malformed(f"no address: {error}") from None
        caller = self._caller(exchange)
        route, named = find_route(exchange.method, path)
        if caller is None and not route.public:
            raise InputError(
                Problem("GW830", "the token is wrong", "ask the cluster's owner", file="request")
            )
        caller = caller or Caller("")
        if caller.looks and route.method != "GET":
            seen = "this is a page's key: with it one may only look"
            raise InputError(Problem("GW831", seen, "use a token", file="request"))
        if route.of_owner and not caller.is_owner:
            seen = f"only the cluster's owner may ask {exchange.method} {path[:100]}"
            raise InputError(Problem("GW831", seen, "ask the owner", file="request"))
        body = _body(exchange, route)
        query = None if route.query is None else checked(route.query, _fields(address.query), "request")
        if route.query is None and address.query:
            raise malformed("nothing is asked behind the question mark")
        return route.action(Asked(self.controller, caller, named, query, body))

    def _caller(self, exchange: Exchange) -> Caller | None:
        word, _, token = exchange.header("Authorization").partition(" ")
        if word.lower() != "bearer":
            return None
        known = (token.strip(), self._owner_sha256, self.controller.store.tenants)
        return who_asks(*known) or who_looks(*known)


def _body(exchange: Exchange, route: Route) -> Any:
    """Read and check the body; a request that needs none may bring an empty object."""
    text = exchange.read_body(MOST_BODY_BYTES)
    try:
        value = json.loads(text, parse_constant=_no_number) if text else {}
    except (ValueError, RecursionError) as error:
        raise malformed(f"no JSON: {str(error)[:200]}") from None
    if not isinstance(value, dict):
        raise malformed("no JSON object")
    if route.body is None:
        if value:
            raise malformed("a body, where none is asked")
        return None
    return checked(route.body, value, "submission" if route.path == "/v1/jobs" else "request")


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _fields(query: str) -> dict[str, str]:
    try:
        told = parse_qs(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=10)
    except ValueError as error:
        raise malformed(str(error)[:200]) from None
    return {name: values[-1] for name, values in told.items()}


def malformed(seen: str) -> InputError:
    """Build the error for a request that cannot be understood."""
    return InputError(Problem("GW810", f"the request is malformed: {seen}", "mend it", file="request"))


def serve(controller: Controller) -> None:
    """Answer requests in threads until the process ends; write where, and the token, for this user only."""
    token = secrets.token_urlsafe(32)
    desk = Desk(controller, token)
    near = Server(("127.0.0.1", 0))
    told = {"port": near.server_port, "token": token, "pid": os.getpid()}
    doors = [near]
    if controller.far_door is not None:
        doors.append(controller.far_door)
        told["url"] = controller.far_door.url
    for server in doors:
        server.answer = desk.answer
        threading.Thread(target=server.serve_forever, daemon=True).start()
    write_private(controller.folder / "api.json", told)

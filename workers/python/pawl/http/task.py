"""Runs the Task states that call HTTP endpoints: the worker's own function ``pawl:http``.

Off unless ``pawl worker --http-tasks FILE`` says which endpoints are allowed (settings.py). Where a
crash loses the answer the task is delivered again and the request is sent twice.
"""

from __future__ import annotations

import os
from typing import Any, Optional

from pawl.context import Context
from pawl.http.answer import answer_of
from pawl.http.exchange import Resolver, Response, exchange, resolve
from pawl.http.request import Request, authorization, build, connection_name
from pawl.http.settings import Connection, Settings, SettingsError, is_allowed, load
from pawl.http.token import bearer, forget
from pawl.http.trace import Trace
from pawl.task_error import TaskError, refused

FILE_VARIABLE = "PAWL_HTTP_TASKS"
UNAUTHORIZED = 401


def handler(event: dict[str, Any], context: Context) -> Any:
    """Sends the request that ``event["Parameters"]`` describes and returns the task's result."""
    path = os.environ.get(FILE_VARIABLE)
    if not path:
        raise TaskError("Pawl.WorkerConfiguration", f"{FILE_VARIABLE} names no file")
    try:
        settings = load(path)
    except SettingsError as error:
        raise TaskError("Pawl.WorkerConfiguration", str(error)) from None
    asked = event.get("Trace")
    if asked is None:
        return run(event["Parameters"], settings)
    trace = Trace(asked["RevealSecrets"])
    return trace.around(lambda: run(event["Parameters"], settings, trace=trace))


def run(
    parameters: Any,
    settings: Settings,
    resolver: Resolver = resolve,
    trace: Optional[Trace] = None,
) -> Any:
    """The result of an HTTP task; ``trace`` gets its exchange too. Raises TaskError."""
    name, connection = connection_of(parameters, settings)
    request = allowed_request(parameters, settings)
    has_token = connection.authorization == "OAUTH_CLIENT_CREDENTIALS"
    if has_token:
        request.headers["authorization"] = bearer(name, connection, settings, resolver)
    if trace is not None:
        trace.take_request(request, {"authorization", *authorization(connection)})
    response = exchange(request, settings, resolver)
    if trace is not None:
        trace.take_response(response)
    if has_token and response.status == UNAUTHORIZED:
        forget(connection)
    return result_of(response)


def connection_of(parameters: Any, settings: Settings) -> tuple[str, Connection]:
    """The connection that the parameters name, and its name."""
    if not isinstance(parameters, dict):
        raise refused("The parameters of an HTTP task must be an object")
    name = connection_name(parameters)
    connection = settings.connections.get(name)
    if connection is None:
        known = ", ".join(sorted(settings.connections)) or "none"
        raise refused(f"The worker has no connection '{name}'; it has: {known}")
    return name, connection


def allowed_request(parameters: Any, settings: Settings) -> Request:
    """The request that the parameters describe, to an endpoint that is allowed."""
    name, connection = connection_of(parameters, settings)
    request = build(parameters, connection)
    if not is_allowed(request.endpoint, settings.allow):
        raise refused(
            f"The endpoint {request.endpoint} is not allowed; the worker's file has the list"
        )
    if connection.allow is not None and not is_allowed(request.endpoint, connection.allow):
        raise refused(f"The connection '{name}' is not for the endpoint {request.endpoint}")
    return request


def result_of(response: Response) -> dict[str, Any]:
    """What the state gets: names of headers are in lower case.

    Raises TaskError ``States.Http.StatusCode.404`` and the like.
    """
    result = answer_of(response, "States.Http.StatusCode")
    return {**result, "Headers": {name.lower(): all for name, all in response.headers.items()}}

"""What the test of a state shows of an HTTP task: the request and the response as they were.

The event of such a task has ``Trace: {"RevealSecrets": BOOLEAN}`` beside its parameters, and what
the function returns is an object: ``Exchange`` with the members of InspectionData ("request" and
"response", as far as there are any), and the task's ``Result`` or its ``Error``.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Iterable, Optional

from pawl.http.exchange import BODY_BYTES_MAX, Response
from pawl.http.request import Request, host_header
from pawl.task_error import TaskError

# Of a body; the rest is not shown.
SHOWN_CHARACTERS_MAX = 32 * 1024


class Trace:
    """Collects what goes over the wire for one task."""

    def __init__(self, reveals_secrets: bool) -> None:
        self._reveals_secrets = reveals_secrets
        self._scheme = ""
        self._exchange: dict[str, dict[str, str]] = {}

    def take_request(self, request: Request, secret_headers: set[str]) -> None:
        """Before it is sent. What the connection adds stays hidden unless it is to be revealed."""
        self._scheme = request.endpoint.scheme
        shown = (
            (name, value)
            for name, value in request.headers.items()
            if self._reveals_secrets or name not in secret_headers
        )
        self._exchange["request"] = {
            "protocol": self._scheme,
            "method": request.method,
            "url": f"{self._scheme}://{host_header(request.endpoint)}{request.target}",
            "headers": list_of(shown),
            **body_of(request.body),
        }

    def take_response(self, response: Response) -> None:
        """Once it has come."""
        pairs = ((name, value) for name, values in response.headers.items() for value in values)
        self._exchange["response"] = {
            "protocol": self._scheme,
            "statusCode": str(response.status),
            "statusMessage": response.reason,
            "headers": list_of(pairs),
            **body_of(response.body),
        }

    def around(self, run: Callable[[], Any]) -> Any:
        """The result of ``run``, or its failure, with what was collected.

        Where that does not fit into a payload it is ``run``'s result or failure alone.
        """
        try:
            result = run()
        except TaskError as error:
            told = {
                "Error": {"Error": error.name, "Cause": error.cause},
                "Exchange": self._exchange,
            }
            if not fits(told):
                raise
            return told
        told = {"Result": result, "Exchange": self._exchange}
        return told if fits(told) else result


def list_of(headers: Iterable[tuple[str, str]]) -> str:
    """As AWS shows headers: ``[host: example.com, user-agent: Pawl]``."""
    return "[" + ", ".join(f"{name}: {value}" for name, value in headers) + "]"


def body_of(body: Optional[bytes]) -> dict[str, str]:
    """The member "body", where there is one."""
    return {"body": body.decode(errors="replace")[:SHOWN_CHARACTERS_MAX]} if body else {}


def fits(told: Any) -> bool:
    """Whether it can be the answer of a function."""
    return len(json.dumps(told, ensure_ascii=False).encode()) <= BODY_BYTES_MAX

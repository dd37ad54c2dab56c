"""What a response is to a state."""

from __future__ import annotations

from typing import Any

from pawl.http.exchange import Response
from pawl.http.request import is_json
from pawl.payload import read_event
from pawl.task_error import TaskError, refused


def is_success(response: Response) -> bool:
    """Whether the status is one of success; that of a redirect, which is not followed, is none."""
    return 200 <= response.status < 300


def answer_of(response: Response, error: str) -> dict[str, Any]:
    """What the state gets (Step Functions Developer Guide, "HTTP Task result").

    Raises TaskError ``error.404`` and the like, with the body as the cause: for every status but
    those of success.
    """
    if not is_success(response):
        raise TaskError(f"{error}.{response.status}", text_of(response) or response.reason)
    return {
        "Headers": response.headers,
        "ResponseBody": body_of(response),
        "StatusCode": response.status,
        "StatusText": response.reason,
    }


def body_of(response: Response) -> Any:
    """The body of a success: the value of a JSON text that says so, any other text itself."""
    text = text_of(response)
    if not is_json(response.header("content-type")):
        return text
    try:
        return read_event(text)
    except (ValueError, RecursionError):
        return text


def text_of(response: Response) -> str:
    """The body's text. A failed request's is taken as well as it can be."""
    try:
        return response.body.decode()
    except UnicodeDecodeError:
        if not is_success(response):
            return response.body.decode(errors="replace")
        raise refused("The response's body is not UTF-8, so a state cannot hold it") from None

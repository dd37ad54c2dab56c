"""Calls functions at another endpoint of the AWS Lambda API: the worker's function ``pawl:lambda``.

Where a server is told of such an endpoint (``sam local start-lambda``, another Lambda), its Task
states call functions there in place of the workers' own.
"""

from __future__ import annotations

from typing import Any

import boto3  # type: ignore[import]
import botocore  # type: ignore[import]
import botocore.config  # type: ignore[import]
import botocore.exceptions as boto_errors  # type: ignore[import]

from pawl.aws.failures import Failures
from pawl.aws.shapes import json_text
from pawl.aws.task import CONNECT_SECONDS
from pawl.context import Context
from pawl.payload import read_event
from pawl.task_error import TaskError

# A function of AWS Lambda may take 15 minutes.
READ_SECONDS = 905
DEFAULT_REGION = "us-east-1"

_session = boto3.session.Session()
_clients: dict[str, Any] = {}


def handler(event: dict[str, Any], _: Context) -> Any:
    """Calls the function that ``event`` names and returns its result.

    ``event`` is ``{"Endpoint": URL, "FunctionName": …, "Qualifier": …, "ClientContext": …,
    "Payload": …}``. Raises TaskError: the function's own error with its JSON text as cause, or
    Lambda's.
    """
    client = client_of(event["Endpoint"])
    model = client.meta.service_model.operation_model("Invoke")
    names = ("FunctionName", "Qualifier", "ClientContext")
    arguments = {name: event[name] for name in names if name in event}
    payload = json_text(event["Payload"]).encode()
    try:
        answer = client.invoke(Payload=payload, **arguments)
        text = answer["Payload"].read().decode("utf-8", "replace")
    except (boto_errors.BotoCoreError, boto_errors.ClientError) as error:
        raise Failures(model, "lambda", True).of(error) from None
    if "FunctionError" in answer:
        raise TaskError(error_type(text), text)
    try:
        return read_event(text or "null")
    except ValueError:
        raise TaskError("Lambda.Unknown", f"The function's result is no JSON: {text}") from None


def error_type(text: str) -> str:
    """What Retry and Catch see of a function's error; Step Functions' name for one without."""
    try:
        error = read_event(text)
    except ValueError:
        error = None
    name = error.get("errorType") if isinstance(error, dict) else None
    return name if isinstance(name, str) and name else "Lambda.Unknown"


def client_of(endpoint: str) -> Any:
    """boto3's client of Lambda at ``endpoint``; made once a process."""
    client = _clients.get(endpoint)
    if client is None:
        has_credentials = _session.get_credentials() is not None
        client = _clients[endpoint] = _session.client(
            "lambda",
            endpoint_url=endpoint,
            region_name=_session.region_name or DEFAULT_REGION,
            config=botocore.config.Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": 1},
                # Local emulators ask for none.
                signature_version=None if has_credentials else botocore.UNSIGNED,
            ),
        )
    return client

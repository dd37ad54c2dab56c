"""The integration of Amazon API Gateway: a request to an API that it serves.

Step Functions Developer Guide, "Call API Gateway REST APIs with Step Functions", has the
parameters, the headers that a task may not set, the result and the errors.
"""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple, Optional

import botocore.auth  # type: ignore[import]
import botocore.awsrequest  # type: ignore[import]

from pawl.aws.shapes import found, json_text
from pawl.aws.web import (
    ALL_NETWORKS,
    VPC_NETWORKS,
    check_names,
    credentials_of,
    encoded_path,
    lists_of,
    optional_text,
    send,
    text_of,
    word_of,
)
from pawl.http.address import wrong_host
from pawl.http.answer import answer_of
from pawl.http.request import FORBIDDEN_HEADERS as HTTP_FORBIDDEN_HEADERS
from pawl.http.request import METHODS, Request, headers_of, with_query
from pawl.http.settings import Endpoint, split_url
from pawl.task_error import TaskError, refused

CALL = "apigateway:invoke"
ERROR = "ApiGateway"
SIGNING_NAME = "execute-api"
# Where requests go in place of the host that the task names, which they still have as theirs.
ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_EXECUTE_API", "AWS_ENDPOINT_URL")
DEFAULT_REGION = "us-east-1"

HOST = re.compile(
    r"[0-9a-z]{1,63}\.execute-api\.(?P<region>[a-z0-9-]{1,63})\.amazonaws\.com(\.cn)?", re.ASCII
)
PARAMETERS = (
    "AllowNullValues",
    "ApiEndpoint",
    "AuthType",
    "Headers",
    "Method",
    "Path",
    "QueryParameters",
    "RequestBody",
    "Stage",
)
AUTH_TYPES = ("NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY")
# A date is allowed, other than in an HTTP task.
FORBIDDEN_HEADERS = HTTP_FORBIDDEN_HEADERS - {"date"}
METHODS_WITH_A_BODY = ("PATCH", "POST", "PUT")
# A signature covers what says how the message is sent in no case.
UNSIGNED_HEADERS = ("accept-encoding", "connection", "user-agent")


class Target(NamedTuple):
    """Where a request goes."""

    endpoint: Endpoint
    # The API's own host, which may not be that of the endpoint.
    host: str
    region: str
    networks: list[Any]


def invoke(parameters: Any, session: Any) -> dict[str, Any]:
    """Sends the request and returns the task's result; ``session`` is boto3's, for signatures.

    Raises TaskError: ``ApiGateway.403`` and the like for every status but those of success, with
    the body as its cause; ``ApiGateway.SdkClientException`` where there is no response.
    """
    given = check_names(parameters, CALL, PARAMETERS)
    if not allows_nulls(given):
        given = without_nulls(given)
    target = target_of(given, session)
    request = request_of(given, target)
    if word_of({"AuthType": "NO_AUTH", **given}, "AuthType", AUTH_TYPES) != "NO_AUTH":
        request = signed(request, target, session)
    return answer_of(send(request, target.networks, ERROR), ERROR)


def allows_nulls(parameters: dict[str, Any]) -> bool:
    """Whether the API gets members that are null."""
    value = parameters.get("AllowNullValues", False)
    if not isinstance(value, bool):
        raise refused(f"'AllowNullValues' must be a boolean, found {found(value)}")
    return value


def without_nulls(value: Any) -> Any:
    """The value without the members that are null, at every depth."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def target_of(parameters: dict[str, Any], session: Any) -> Target:
    """Where the request goes: AWS, or what the worker's environment says. Raises TaskError."""
    host = text_of(parameters, "ApiEndpoint").lower()
    name, url = configured_endpoint()
    match = HOST.fullmatch(host)
    region = match["region"] if match else session.region_name or DEFAULT_REGION
    if url:
        try:
            endpoint, path = split_url(url)
            if path != "/":
                raise ValueError("must have no path")
        except ValueError as error:
            raise TaskError("Pawl.WorkerConfiguration", f"{name} {error}") from None
        if why := wrong_host(host):
            raise refused(f"'ApiEndpoint' is no host: {why}")
        return Target(endpoint, host, region, ALL_NETWORKS)
    if match is None:
        raise refused(
            "'ApiEndpoint' must be the host of an API, without https://, such as "
            f"a1b2c3.execute-api.us-east-1.amazonaws.com, found {json_text(host)}"
        )
    return Target(Endpoint("https", host, 443), host, region, VPC_NETWORKS)


def configured_endpoint() -> tuple[str, str]:
    """The variable that names an endpoint and what it says; empty without one."""
    for name in ENDPOINT_VARIABLES:
        if os.environ.get(name):
            return name, os.environ[name]
    return "", ""


def request_of(parameters: dict[str, Any], target: Target) -> Request:
    """The request that the parameters describe. Raises TaskError."""
    method = word_of(parameters, "Method", METHODS)
    headers = headers_of(lists_of(parameters, "Headers"), FORBIDDEN_HEADERS)
    body = None
    if method in METHODS_WITH_A_BODY:
        body = body_of(parameters.get("RequestBody"))
    if body is not None:
        headers.setdefault("content-type", "application/json")
    headers["host"] = target.host
    query = {"QueryParameters": lists_of(parameters, "QueryParameters")}
    return Request(target.endpoint, method, with_query(path_of(parameters), query), headers, body)


def path_of(parameters: dict[str, Any]) -> str:
    """Stage and path."""
    stage = optional_text(parameters, "Stage").strip("/")
    path = optional_text(parameters, "Path").lstrip("/")
    return encoded_path("/" + "/".join(part for part in (stage, path) if part))


def body_of(value: Any) -> Optional[bytes]:
    """A text as it is, any other value as JSON."""
    if value is None:
        return None
    return (value if isinstance(value, str) else json_text(value)).encode()


def signed(request: Request, target: Target, session: Any) -> Request:
    """The request with a signature of the worker's credentials."""
    wire = botocore.awsrequest.AWSRequest(
        method=request.method,
        url=f"https://{target.host}{request.target}",
        headers={
            name: value for name, value in request.headers.items() if name not in UNSIGNED_HEADERS
        },
        data=request.body or b"",
    )
    credentials = credentials_of(session, ERROR)
    botocore.auth.SigV4Auth(credentials, SIGNING_NAME, target.region).add_auth(wire)
    return request._replace(
        headers={**request.headers, **{name.lower(): text for name, text in wire.headers.items()}}
    )

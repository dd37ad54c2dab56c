"""apigateway:invoke, against an API in this process.

Step Functions Developer Guide, "Call API Gateway REST APIs with Step Functions".
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from pawl.context import Context
from pawl.task_error import TaskError
from web_stub import Said, WebStub, caller, web_stub  # noqa: F401

pytest.importorskip("boto3", reason="boto3 is not installed (python3-boto3)")

import botocore.auth  # noqa: E402
import botocore.awsrequest  # noqa: E402
import botocore.credentials  # noqa: E402
from pawl.aws import api_gateway, task  # noqa: E402

HOST = "a1b2c3.execute-api.eu-west-1.amazonaws.com"


@pytest.fixture
def api(web_stub: WebStub, caller: None, monkeypatch: pytest.MonkeyPatch) -> WebStub:  # noqa: F811
    """An API, where the function looks for all of them."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_EXECUTE_API", web_stub.url)
    return web_stub


def call(**parameters: Any) -> Any:
    given = {"ApiEndpoint": HOST, "Method": "GET", **parameters}
    event = {"Resource": "apigateway:invoke", "Parameters": given}
    return task.handler(event, Context("r", "arn", 0))


def failure(**parameters: Any) -> TaskError:
    with pytest.raises(TaskError) as caught:
        call(**parameters)
    return caught.value


# --- Requests and results ---


def test_the_result_has_the_shape_that_aws_gives_it(api: WebStub) -> None:
    api.says("GET /prod/bills", Said({"myBills": []}, headers={"X-Amzn-RequestId": "r-1"}))
    result = call(
        Stage="prod",
        Path="bills",
        Headers={"key": ["value1", "value2"]},
        QueryParameters={"billId": ["123456", "7/8"]},
        RequestBody={},
    )
    assert result["Headers"]["X-Amzn-RequestId"] == ["r-1"]
    assert result["Headers"]["Content-Type"] == ["application/json"]
    del result["Headers"]
    assert result == {"ResponseBody": {"myBills": []}, "StatusCode": 200, "StatusText": "OK"}
    asked = api.asked[0]
    assert asked.headers["host"] == HOST
    assert asked.headers["key"] == "value1, value2"
    assert asked.query == {"billId": ["123456", "7/8"]}
    # Only PATCH, POST and PUT have a body; nobody signs.
    assert asked.body == b""
    assert "authorization" not in asked.headers


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({}, "/"),
        ({"Stage": "dev"}, "/dev"),
        ({"Path": "/dev/checkout/payment"}, "/dev/checkout/payment"),
        ({"Stage": "/dev/", "Path": "/a/"}, "/dev/a/"),
        ({"Stage": "Prod", "Path": "/@connections/L0SM9cOF="}, "/Prod/@connections/L0SM9cOF="),
        ({"Path": "a b?c#d\r\n%2F"}, "/a%20b%3Fc%23d%0D%0A%2F"),
    ],
)
def test_the_path_follows_the_stage(api: WebStub, parameters: Any, path: str) -> None:
    api.says(f"GET {path}", "text")
    assert call(**parameters)["ResponseBody"] == "text"


@pytest.mark.parametrize(
    ("body", "sent"), [({"a": "ü"}, '{"a":"ü"}'), ("as it is", "as it is"), ([1], "[1]")]
)
def test_a_body_is_json_or_text(api: WebStub, body: Any, sent: str) -> None:
    api.says("POST /p", Said("", 201))
    assert call(Method="POST", Path="p", RequestBody=body)["StatusCode"] == 201
    assert api.asked[0].body.decode() == sent
    assert api.asked[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(("allowed", "sent"), [(False, {"b": [None, {}]}), (True, None)])
def test_nulls_are_sent_where_that_is_wanted(api: WebStub, allowed: bool, sent: Any) -> None:
    body = {"a": None, "b": [None, {"c": None}]}
    api.says("PUT /", {})
    call(Method="PUT", RequestBody=body, AllowNullValues=allowed)
    assert json.loads(api.asked[0].body) == (sent or body)


@pytest.mark.parametrize("status", [301, 403, 500])
def test_a_status_is_an_error_with_the_body_as_cause(api: WebStub, status: int) -> None:
    """The guide's own example is a 403. A redirect is not followed."""
    body = '{"message":"Missing Authentication Token"}'
    api.says("GET /", Said(body, status, {"Location": f"{api.url}/elsewhere"}))
    error = failure()
    assert (error.name, error.cause) == (f"ApiGateway.{status}", body)
    assert len(api.asked) == 1


def test_an_api_that_is_not_there_is_the_clients_failure(
    api: WebStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_EXECUTE_API", "http://127.0.0.1:1")
    error = failure()
    assert error.name == "ApiGateway.SdkClientException"
    assert error.cause.startswith("Unable to execute HTTP request: http://127.0.0.1:1: ")


def test_a_response_that_no_state_can_hold_fails(api: WebStub) -> None:
    api.says("GET /", "x" * (256 * 1024 + 1))
    assert failure().name == "States.DataLimitExceeded"


# --- Signatures ---


@pytest.mark.parametrize("auth_type", ["IAM_ROLE", "RESOURCE_POLICY"])
def test_a_request_is_signed_for_the_region_of_its_host(api: WebStub, auth_type: str) -> None:
    path = "/Prod/@connections/a="
    api.says(f"POST {path}", {})
    call(
        Method="POST",
        Stage="Prod",
        Path="@connections/a=",
        QueryParameters={"b": ["2", "1 3"]},
        Headers={"X-Trace": ["t"]},
        RequestBody={"m": 1},
        AuthType=auth_type,
    )
    asked = api.asked[0]
    credential, signed, signature = asked.headers["authorization"].split(", ")
    date = asked.headers["x-amz-date"]
    assert credential == (
        f"AWS4-HMAC-SHA256 Credential=key/{date[:8]}/eu-west-1/execute-api/aws4_request"
    )
    assert signed == "SignedHeaders=content-type;host;x-amz-date;x-trace"
    assert signature == f"Signature={signature_of(asked, signed, date)}"


def signature_of(asked: Any, signed: str, date: str) -> str:
    """The signature that the server would expect of what came over the wire."""
    names = signed.removeprefix("SignedHeaders=").split(";")
    request = botocore.awsrequest.AWSRequest(
        asked.method,
        f"https://{HOST}{asked.path}?b=2&b=1%203",
        {name: asked.headers[name] for name in names},
        asked.body,
    )
    request.context["timestamp"] = date
    credentials = botocore.credentials.Credentials("key", "secret")
    auth = botocore.auth.SigV4Auth(credentials, "execute-api", "eu-west-1")
    canonical = auth.canonical_request(request)
    return str(auth.signature(auth.string_to_sign(request, canonical), request))


def test_a_session_token_is_signed_too(api: WebStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    monkeypatch.setattr(task, "_session", task.boto3.session.Session())
    api.says("GET /", {})
    call(AuthType="IAM_ROLE")
    assert api.asked[0].headers["x-amz-security-token"] == "session"
    assert "x-amz-security-token" in api.asked[0].headers["authorization"]


def test_without_credentials_nothing_is_signed(
    api: WebStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nobody:
        region_name = None

        def get_credentials(self) -> None:
            """There are none."""

    monkeypatch.setattr(task, "_session", Nobody())
    error = failure(AuthType="IAM_ROLE")
    assert error.name == "ApiGateway.SdkClientException"
    assert "AWS_ACCESS_KEY_ID" in error.cause
    assert not api.asked


# --- What is not sent ---


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Connection",
        "Content-md5",
        "Expect",
        "Host",
        "Max-Forwards",
        "Proxy-Authenticate",
        "Server",
        "TE",
        "Transfer-Encoding",
        "Trailer",
        "Upgrade",
        "Via",
        "Www-Authenticate",
        "X-Forwarded-For",
        "X-Amz-Date",
        "x-amzn-trace-id",
        "Content-Length",
    ],
)
def test_a_header_that_aws_forbids_is_not_sent(api: WebStub, name: str) -> None:
    error = failure(Headers={name: ["x"]})
    assert error.name == "States.Runtime"
    assert f"may not set the header '{name}'" in error.cause
    assert not api.asked


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"Method": "get"}, "'Method' must be one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
        ({"Methods": "GET"}, "no parameter 'Methods' (did you mean 'Method'?)"),
        ({"AuthType": "IAM"}, "'AuthType' must be one of IAM_ROLE, NO_AUTH, RESOURCE_POLICY"),
        ({"Headers": {"a": "b"}}, "'Headers.a' must be an array of strings, found a string"),
        ({"Headers": {"a": ["b\r\nc: d"]}}, "holds characters that a header does not"),
        ({"QueryParameters": ["a"]}, "'QueryParameters' must be an object, found an array"),
        ({"QueryParameters": {"a": [{}]}}, "'a' must be a string"),
        ({"Path": 5}, "'Path' must be a string, found a number"),
        ({"AllowNullValues": "no"}, "'AllowNullValues' must be a boolean, found a string"),
        ({"ApiEndpoint": "a b"}, "'ApiEndpoint' is no host"),
        ({"ApiEndpoint": None}, "'ApiEndpoint' must be a string, found null"),
    ],
)
def test_what_makes_no_request_is_refused(api: WebStub, parameters: Any, words: str) -> None:
    error = failure(**parameters)
    assert error.name == "States.Runtime"
    assert words in error.cause
    assert not api.asked


@pytest.mark.parametrize(
    "host",
    [
        "https://a1b2c3.execute-api.eu-west-1.amazonaws.com",
        "a1b2c3.execute-api.eu-west-1.amazonaws.com:8443",
        "a1b2c3.execute-api.eu-west-1.amazonaws.com.evil.example",
        "a1b2c3.execute-api.eu-west-1.amazonaws.com/path",
        "a1b2c3.execute-api.eu-west-1.amazonaws.com\n",
        "evil.example#.execute-api.eu-west-1.amazonaws.com",
        "user@a1b2c3.execute-api.eu-west-1.amazonaws.com",
        "api.example.com",
        "169.254.169.254",
        "127.0.0.1",
        "localhost",
    ],
)
def test_only_hosts_of_api_gateway_are_called(caller: None, host: str) -> None:  # noqa: F811
    error = failure(ApiEndpoint=host)
    assert error.name == "States.Runtime"
    assert "'ApiEndpoint' must be the host of an API, without https://" in error.cause


def test_an_api_is_called_by_https(caller: None) -> None:  # noqa: F811
    target = api_gateway.target_of({"ApiEndpoint": HOST.upper()}, task._session)
    assert target.endpoint == ("https", HOST, 443)
    assert target.region == "eu-west-1"
    china = api_gateway.target_of({"ApiEndpoint": HOST + ".cn"}, task._session)
    assert china.host == HOST + ".cn"


def test_the_common_endpoint_of_all_services_is_used_too(
    api: WebStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL_EXECUTE_API")
    monkeypatch.setenv("AWS_ENDPOINT_URL", api.url)
    api.says("GET /", {})
    assert call(ApiEndpoint="a1.execute-api.localhost.localstack.cloud")["StatusCode"] == 200
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"{api.url}/path")
    error = failure()
    assert error.name == "Pawl.WorkerConfiguration"
    assert error.cause == "AWS_ENDPOINT_URL must have no path"

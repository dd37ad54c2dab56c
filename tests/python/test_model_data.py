"""bedrock:invokeModel with input and output in S3, against both services in this process.

Step Functions Developer Guide, "Invoke and customize Amazon Bedrock models with Step Functions".
"""

from __future__ import annotations

import json
import pathlib
from typing import Any, Iterator

import pytest
from pawl.context import Context
from pawl.task_error import TaskError
from web_stub import Said, WebStub, caller, web_stub  # noqa: F401

pytest.importorskip("boto3", reason="boto3 is not installed (python3-boto3)")

from pawl.aws import model_data, task  # noqa: E402

# What releases of botocore before Amazon Bedrock do not have: as much as InvokeModel needs.
MODEL = {
    "version": "2.0",
    "metadata": {
        "apiVersion": "2023-09-30",
        "endpointPrefix": "bedrock-runtime",
        "protocol": "rest-json",
        "serviceId": "Bedrock Runtime",
        "signatureVersion": "v4",
        "signingName": "bedrock",
    },
    "operations": {
        "InvokeModel": {
            "name": "InvokeModel",
            "http": {"method": "POST", "requestUri": "/model/{modelId}/invoke"},
            "input": {"shape": "Request"},
            "output": {"shape": "Response"},
            "errors": [],
        }
    },
    "shapes": {
        "Text": {"type": "string"},
        "Body": {"type": "blob"},
        "Request": {
            "type": "structure",
            "required": ["modelId"],
            "payload": "body",
            "members": {
                "body": {"shape": "Body"},
                "contentType": {
                    "shape": "Text",
                    "location": "header",
                    "locationName": "Content-Type",
                },
                "accept": {"shape": "Text", "location": "header", "locationName": "Accept"},
                "modelId": {"shape": "Text", "location": "uri", "locationName": "modelId"},
            },
        },
        "Response": {
            "type": "structure",
            "payload": "body",
            "members": {
                "body": {"shape": "Body"},
                "contentType": {
                    "shape": "Text",
                    "location": "header",
                    "locationName": "Content-Type",
                },
            },
        },
    },
}
INVOKE = "POST /model/m/invoke"


@pytest.fixture
def services(
    web_stub: WebStub,  # noqa: F811
    caller: None,  # noqa: F811
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[WebStub]:
    """Bedrock and S3, where the function looks for them."""
    file = tmp_path / "bedrock-runtime" / "2023-09-30" / "service-2.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(MODEL))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL", web_stub.url)
    monkeypatch.setattr(task, "_session", task.boto3.session.Session())
    monkeypatch.setattr(task, "_clients", {})
    web_stub.says(INVOKE, Said({"text": "hello"}))
    yield web_stub
    for client in task._clients.values():
        client.close()


def call(**parameters: Any) -> Any:
    event = {"Resource": "bedrock:invokeModel", "Parameters": {"ModelId": "m", **parameters}}
    return task.handler(event, Context("r", "arn", 0))


def failure(**parameters: Any) -> TaskError:
    with pytest.raises(TaskError) as caught:
        call(**parameters)
    return caught.value


def test_a_body_and_an_answer_are_json(services: WebStub) -> None:
    answer = call(Body={"prompt": "hi"})
    assert answer == {"Body": {"text": "hello"}, "ContentType": "application/json"}
    assert services.asked[0].body == b'{"prompt":"hi"}'


def test_the_body_may_be_an_object_in_s3(services: WebStub) -> None:
    services.says("GET /bucket/in/put.json", '{"prompt": "from S3"}')
    answer = call(Input={"S3Uri": "s3://bucket/in/put.json"}, ContentType="application/json")
    assert answer["Body"] == {"text": "hello"}
    assert services.asked[1].body == b'{"prompt": "from S3"}'


def test_the_answer_may_go_to_s3(services: WebStub) -> None:
    long = {"text": "x" * 300_000}
    services.says(INVOKE, long)
    services.says("PUT /bucket/out.json", "")
    answer = call(Body={"prompt": "hi"}, Output={"S3Uri": "s3://bucket/out.json"})
    assert answer == {"Body": "s3://bucket/out.json", "ContentType": "application/json"}
    put = services.asked[1]
    assert json.loads(put.body) == long
    assert put.headers["content-type"] == "application/json"


def test_an_object_that_is_not_there_fails_in_the_words_of_s3(services: WebStub) -> None:
    missing = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>"
    services.says("GET /bucket/k", Said(missing + "</Error>", 404))
    error = failure(Input={"S3Uri": "s3://bucket/k"})
    assert error.name == "S3.NoSuchKeyException"
    assert services.count(INVOKE) == 0


def test_an_object_larger_than_a_model_takes_fails(
    services: WebStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_data, "BYTES_MAX", 10)
    services.says("GET /bucket/k", "x" * 11)
    error = failure(Input={"S3Uri": "s3://bucket/k"})
    assert error.name == "S3.SdkClientException"
    assert error.cause == "s3://bucket/k has more than 10 bytes"


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"Body": {}, "Input": {"S3Uri": "s3://bucket/k"}}, "either 'Body' or 'Input', found both"),
        ({"Input": "s3://bucket/k"}, "'Input' must be an object with 'S3Uri', found a string"),
        ({"Input": {"S3URI": "s3://bucket/k"}}, "'Input' has no 'S3URI' (did you mean 'S3Uri'?)"),
        ({"Output": {"S3Uri": "bucket/k"}}, 'must be s3://BUCKET/KEY, found "bucket/k"'),
        ({"Output": {}}, "must be s3://BUCKET/KEY, found null"),
        ({"Outputs": {}}, "'Outputs' is not supported by InvokeModel"),
    ],
)
def test_a_wrong_place_is_named(services: WebStub, parameters: Any, words: str) -> None:
    error = failure(**parameters)
    assert error.name == "States.Runtime"
    assert words in error.cause
    assert not services.asked

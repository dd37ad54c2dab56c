"""The worker's own function pawl:aws, against services in this process."""

from __future__ import annotations

import base64
import datetime
import json
from typing import Any

import pytest
from aws_stub import NOT_NULL, REQUEST_ID, Stub, aws_stub, stub_for_task  # noqa: F401
from pawl.context import Context
from pawl.task_error import TaskError

pytest.importorskip("boto3", reason="boto3 is not installed (python3-boto3)")

import botocore.session  # noqa: E402
from pawl.aws import names, shapes, task  # noqa: E402
from pawl.aws.failures import OPTIMIZED_NAMES, Failures  # noqa: E402


@pytest.fixture
def stub(stub_for_task: Stub) -> Stub:  # noqa: F811
    """The services, where the function looks for them."""
    return stub_for_task


def call(resource: str, **parameters: Any) -> Any:
    return task.handler({"Resource": resource, "Parameters": parameters}, Context("r", "arn", 0))


def failure(resource: str, **parameters: Any) -> TaskError:
    with pytest.raises(TaskError) as caught:
        call(resource, **parameters)
    return caught.value


# --- SDK integrations ---


def test_an_item_is_put_and_got(stub: Stub) -> None:
    """Recorded: services, test_dynamodb_put_get_item."""
    item = {"id": {"S": "1"}, "ok": {"BOOL": True}}
    assert call("aws-sdk:dynamodb:putItem", TableName="t", Item=item) == {}
    found = call("aws-sdk:dynamodb:getItem", TableName="t", Key={"id": {"S": "1"}})
    assert found == {"Item": {"id": {"S": "1"}, "ok": {"Bool": True}}}


def test_what_the_service_has_no_error_for_has_the_base_name(stub: Stub) -> None:
    """Recorded: error_handling, test_dynamodb_invalid_param. Null is no parameter."""
    error = failure("aws-sdk:dynamodb:putItem", TableName="t", Item=None)
    assert error.name == "DynamoDb.DynamoDbException"
    details = f"(Service: DynamoDb, Status Code: 400, Request ID: {REQUEST_ID})"
    assert error.cause == f"{NOT_NULL} {details}"


def test_an_error_of_the_service_has_its_name(stub: Stub) -> None:
    error = failure("aws-sdk:dynamodb:putItem", TableName="t", Item={}, ConditionExpression="x")
    assert error.name == "DynamoDb.ConditionalCheckFailedException"


def test_secrets_manager_fails_in_the_recorded_words(stub: Stub) -> None:
    """Recorded: error_handling, test_invalid_secret_name."""
    error = failure("aws-sdk:secretsmanager:createSecret", Name="a b", SecretString="s")
    assert error.name == "SecretsManager.SecretsManagerException"
    details = f"(Service: SecretsManager, Status Code: 400, Request ID: {REQUEST_ID})"
    assert error.cause == f"Invalid name. {details}"


def test_s3_fails_in_the_recorded_words(stub: Stub) -> None:
    """Recorded: error_handling, test_no_such_bucket."""
    error = failure("aws-sdk:s3:getObject", Bucket="no-such-bucket", Key="k")
    details = f"(Service: S3, Status Code: 404, Request ID: {REQUEST_ID}, Extended Request ID: "
    assert error.cause == f"The specified bucket does not exist {details}host/id)"
    error = failure("aws-sdk:s3:getObject", Bucket="bucket", Key="k")
    assert error.name == "S3.NoSuchKeyException"


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        ("text data", b'"text data"'),
        ({"Dict": "Value"}, b'{"Dict":"Value"}'),
        (["List", "Data"], b'["List","Data"]'),
        (False, b"false"),
        (0, b"0"),
    ],
)
def test_a_body_is_the_json_text_of_its_value(stub: Stub, body: Any, stored: bytes) -> None:
    """Recorded: services, test_s3_put_object; the digests there are those of these bytes."""
    put = call("aws-sdk:s3:putObject", Bucket="b", Key="k", Body=body)
    assert put["ETag"] == '"68934a3e9455fa72420237eb05902327"'
    assert stub.objects["/b/k"] == stored


def test_an_object_is_text(stub: Stub) -> None:
    """Recorded: services, test_s3_get_object."""
    stub.objects["/b/k"] = "bïnary data".encode()
    got = call("aws-sdk:s3:getObject", Bucket="b", Key="k")
    assert got == {
        "AcceptRanges": "bytes",
        "Body": "bïnary data",
        "ContentLength": 12,
        "ContentType": "binary/octet-stream",
        "ETag": '"e"',
        "LastModified": "2024-01-31T12:00:00Z",
        "Metadata": {},
    }


@pytest.mark.parametrize(
    ("data", "words"), [(b"\xff\xfe", "not UTF-8"), (b"x" * (256 * 1024 + 1), "262144 bytes")]
)
def test_an_object_that_no_state_can_hold_fails(stub: Stub, data: bytes, words: str) -> None:
    stub.objects["/b/k"] = data
    error = failure("aws-sdk:s3:getObject", Bucket="b", Key="k")
    assert error.name == "S3.SdkClientException"
    assert words in error.cause


# --- Optimized integrations ---


def test_a_message_is_sent_with_the_envelope_of_the_sdk(stub: Stub) -> None:
    """Recorded: services, test_send_message_attributes."""
    sent = call("sqs:sendMessage", QueueUrl=f"{stub.url}/q", MessageBody={"token": "t"})
    assert sent["MessageId"] == "m-1"
    assert "MD5OfMessageBody" in sent
    assert sent["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert sent["SdkHttpMetadata"]["AllHttpHeaders"]["x-amzn-RequestId"] == [REQUEST_ID]
    assert sent["SdkResponseMetadata"] == {"RequestId": REQUEST_ID}
    assert stub.calls[0][1]["MessageBody"] == '{"token":"t"}'


def test_sqs_fails_in_the_recorded_words(stub: Stub) -> None:
    """Recorded: error_handling, test_send_message_empty_body."""
    error = failure("sqs:sendMessage", QueueUrl=f"{stub.url}/q", MessageBody=None)
    assert error.name == "SQS.AmazonSQSException"
    assert error.cause == (
        "The request must contain the parameter MessageBody. (Service: AmazonSQS; Status Code: 400;"
        f" Error Code: MissingParameter; Request ID: {REQUEST_ID}; Proxy: null)"
    )


def test_sns_fails_in_the_recorded_words(stub: Stub) -> None:
    """Recorded: services, test_publish_base_error_topic_arn."""
    error = failure("sns:publish", TopicArn="arn:aws:sns:us-east-1:1:gone", Message={"a": 1})
    assert error.name == "SNS.NotFoundException"
    assert error.cause == (
        "Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; "
        f"Request ID: {REQUEST_ID}; Proxy: null)"
    )


def test_dynamodb_fails_in_the_recorded_words(stub: Stub) -> None:
    """Recorded: error_handling, test_invalid_param."""
    error = failure("dynamodb:putItem", TableName="t", Item=None)
    assert error.name == "DynamoDB.AmazonDynamoDBException"
    assert error.cause == (
        f"{NOT_NULL} (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException;"
        f" Request ID: {REQUEST_ID}; Proxy: null)"
    )


def test_events_are_put_without_an_envelope(stub: Stub) -> None:
    """Recorded: local_mocking, test_events_put_events."""
    entry = {"Detail": {"a": 1}, "DetailType": "t", "Source": "s"}
    assert call("events:putEvents", Entries=[entry]) == {
        "Entries": [{"EventId": "e-1"}],
        "FailedEntryCount": 0,
    }


def test_an_event_that_is_refused_fails_the_task(stub: Stub) -> None:
    """Recorded: services, test_put_events_mixed_malformed_detail."""
    entries = [{"Detail": "{}"}, {"Detail": '"jsonstring"'}]
    error = failure("events:putEvents", Entries=entries)
    assert error.name == "EventBridge.FailedEntry"
    malformed = {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    assert json.loads(error.cause) == {
        "Entries": [{"EventId": "e-1"}, malformed],
        "FailedEntryCount": 1,
    }


def test_parameters_and_results_have_capitals(stub: Stub) -> None:
    stub.scripts["SubmitJob"] = [{"jobName": "n", "jobId": "j-1"}]
    done = call("batch:submitJob", JobName="n", JobQueue="q", JobDefinition="d")
    assert (done["JobName"], done["JobId"]) == ("n", "j-1")
    name, sent = stub.calls[0]
    assert (name, sent) == ("SubmitJob", {"jobName": "n", "jobQueue": "q", "jobDefinition": "d"})


# --- What cannot be called ---


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ("aws-sdk:dynamo:putItem", "There is no service 'dynamo' (did you mean 'dynamodb'?)"),
        ("aws-sdk:dynamodb:putItems", "no action 'putItems' (did you mean 'putItem'?)"),
        ("aws-sdk:kinesis:subscribeToShard", "stream of events"),
    ],
)
def test_an_unknown_name_hears_the_right_one(stub: Stub, resource: str, words: str) -> None:
    error = failure(resource)
    assert error.name == "States.Runtime"
    assert words in error.cause


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"TableNames": "t"}, "'TableNames' is not supported by PutItem (did you mean 'TableName'"),
        ({"TableName": 5}, "'TableName' must be a string, found a number"),
        ({"Item": []}, "'Item' must be an object, found an array"),
        ({"Item": {"a": {"SS": "x"}}}, "'Item.a.SS' must be an array, found a string"),
        ({"Item": {"a": {"B": "?"}}}, "'Item.a.B' must be a string in base64"),
    ],
)
def test_a_wrong_parameter_is_named(stub: Stub, parameters: Any, words: str) -> None:
    error = failure("aws-sdk:dynamodb:putItem", **parameters)
    assert error.name == "States.Runtime"
    assert words in error.cause
    assert not stub.calls


def test_a_host_that_is_not_there_is_the_clients_failure(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recorded: error_handling, test_send_message_no_such_queue."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://no-such-queue.invalid")
    error = failure("sqs:sendMessage", QueueUrl="http://no-such-queue.invalid/q", MessageBody="m")
    assert error.name == "SQS.SdkClientException"
    assert error.cause.startswith("Unable to execute HTTP request: no-such-queue.invalid: ")


# --- Names and values ---


@pytest.mark.parametrize(
    ("service_id", "prefix"),
    [
        ("DynamoDB", "DynamoDb"),
        ("S3", "S3"),
        ("SFN", "Sfn"),
        ("Secrets Manager", "SecretsManager"),
        ("SESv2", "SesV2"),
        ("IoT", "Iot"),
        ("Config Service", "Config"),
        ("Elastic Load Balancing v2", "ElasticLoadBalancingV2"),
    ],
)
def test_errors_begin_with_the_name_of_the_java_client(service_id: str, prefix: str) -> None:
    assert names.service_prefix(service_id) == prefix


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("ETag", "ETag"),
        ("ChecksumCRC32", "ChecksumCRC32"),
        ("MD5OfBody", "Md5OfBody"),
        ("DBInstances", "DbInstances"),
        ("jobName", "JobName"),
        ("SS", "Ss"),
    ],
)
def test_members_have_the_names_of_the_java_client(member: str, name: str) -> None:
    assert names.pascal("Shape", member) == name


@pytest.mark.parametrize(
    ("name", "boto"),
    [
        ("sfn", "stepfunctions"),
        ("eventbridge", "events"),
        ("events", "events"),
        ("config", "config"),
        ("configservice", "config"),
        ("redshiftdata", "redshift-data"),
        ("cognitoidentityprovider", "cognito-idp"),
        ("dynamo", None),
    ],
)
def test_services_are_found_by_their_java_name(name: str, boto: str) -> None:
    assert names.boto_service(name, task._session.get_available_services()) == boto


@pytest.mark.parametrize(
    ("service", "actions"),
    [
        ("athena", ["startQueryExecution", "getQueryResults"]),
        ("batch", ["submitJob"]),
        ("codebuild", ["startBuild", "batchDeleteBuilds", "retryBuildBatch"]),
        ("databrew", ["startJobRun"]),
        ("dynamodb", ["getItem", "putItem", "updateItem", "deleteItem"]),
        ("ecs", ["runTask"]),
        ("eks", ["createCluster", "deleteNodegroup"]),
        ("emr-containers", ["createVirtualCluster", "startJobRun"]),
        ("emr-serverless", ["createApplication", "cancelJobRun"]),
        ("events", ["putEvents"]),
        ("glue", ["startJobRun"]),
        ("lambda", ["listFunctions"]),
        ("mediaconvert", ["createJob"]),
        ("sagemaker", ["createTrainingJob", "updateEndpoint"]),
        ("sns", ["publish"]),
        ("sqs", ["sendMessage"]),
    ],
)
def test_what_has_an_optimized_integration_is_found(
    stub: Stub, service: str, actions: list[str]
) -> None:
    client = task.client_of(service)
    for action in actions:
        assert names.operation(action, client.meta.service_model.operation_names)
    assert service in OPTIMIZED_NAMES


def model(service: str, name: str) -> Any:
    return botocore.session.get_session().get_service_model(service).operation_model(name)


def test_times_are_text_or_milliseconds() -> None:
    time = datetime.datetime(2024, 1, 31, 12, tzinfo=datetime.timezone.utc)
    result = {"tasks": [{"createdAt": time, "cpu": "1"}]}
    run_task = model("ecs", "RunTask")
    assert shapes.Results(run_task, True).write(result) == {
        "Tasks": [{"CreatedAt": 1706702400000, "Cpu": "1"}]
    }
    assert shapes.Results(run_task, False).write(result) == {
        "Tasks": [{"CreatedAt": "2024-01-31T12:00:00Z", "Cpu": "1"}]
    }


def test_bytes_inside_a_value_are_base64() -> None:
    encrypt = model("kms", "Encrypt")
    text = base64.b64encode(b"secret").decode()
    read = shapes.Parameters(encrypt, False).read({"KeyId": "k", "Plaintext": text})
    assert read["Plaintext"] == b"secret"
    assert shapes.Results(encrypt, False).write({"CiphertextBlob": b"\xff"}) == {
        "CiphertextBlob": "/w=="
    }


def test_a_payload_that_is_no_stream_is_the_text_itself() -> None:
    invoke = model("lambda", "Invoke")
    read = shapes.Parameters(invoke, False).read
    assert read({"FunctionName": "f", "Payload": "{}"})["Payload"] == b"{}"
    assert read({"FunctionName": "f", "Payload": {"a": 1}})["Payload"] == b'{"a":1}'


def test_without_credentials_the_cause_says_where_they_go() -> None:
    from botocore.exceptions import NoCredentialsError

    error = Failures(model("sqs", "SendMessage"), "sqs", True).of(NoCredentialsError())
    assert error.name == "SQS.SdkClientException"
    assert "AWS_ACCESS_KEY_ID" in error.cause

"""eks:call and eks:runJob, against a Kubernetes API in this process.

Step Functions Developer Guide, "Create and manage Amazon EKS clusters with Step Functions".
"""

from __future__ import annotations

import base64
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import urllib.parse
from typing import Any

import pytest
from pawl.context import Context
from pawl.task_error import TaskError
from web_stub import Said, WebStub, caller, web_stub  # noqa: F401

pytest.importorskip("boto3", reason="boto3 is not installed (python3-boto3)")

from pawl.aws import eks_calls, kubernetes, task, waiting, watched  # noqa: E402

ATTEMPT = Context("r", "arn", 0)
JOBS = "/apis/batch/v1/namespaces/default/jobs"
PODS = "/api/v1/namespaces/default/pods"
JOB = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "pi"}}
CREATED = {**JOB, "metadata": {"name": "pi", "namespace": "default", "uid": "u-1"}}
needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl makes the certificate"
)


@pytest.fixture
def cluster(
    web_stub: WebStub, caller: None, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> WebStub:
    """A cluster that the worker may call; it is asked without pauses to speak of."""
    monkeypatch.setenv(kubernetes.ENDPOINTS_VARIABLE, f"https://other.example, {web_stub.url}")
    monkeypatch.setenv(waiting.LONGEST_PAUSE_VARIABLE, "0.01")
    return web_stub


def parameters(cluster: WebStub, **more: Any) -> dict[str, Any]:
    given = {"ClusterName": "c", "CertificateAuthority": "eA==", "Endpoint": cluster.url}
    return {**given, **more}


def call(cluster: WebStub, **more: Any) -> Any:
    given = parameters(cluster, **{"Method": "GET", "Path": "/api/v1/pods", **more})
    return task.handler({"Resource": "eks:call", "Parameters": given}, ATTEMPT)


def call_failure(cluster: WebStub, **more: Any) -> TaskError:
    with pytest.raises(TaskError) as caught:
        call(cluster, **more)
    return caught.value


def run_job(cluster: WebStub, **more: Any) -> Any:
    """Starts a Job and waits for it, as the engine does with two tasks."""
    given = parameters(cluster, **{"Job": JOB, **more})
    event = {"Resource": "eks:runJob.sync", "Parameters": given}
    return waiting.handler({**event, "Started": task.handler(event, ATTEMPT)}, ATTEMPT)


def job_failure(cluster: WebStub, **more: Any) -> TaskError:
    with pytest.raises(TaskError) as caught:
        run_job(cluster, **more)
    return caught.value


def job(*conditions: str) -> dict[str, Any]:
    """The Job with conditions that are so."""
    listed = [{"type": name, "status": "True"} for name in conditions]
    return {**CREATED, "status": {"conditions": [{"type": "Failed", "status": "False"}, *listed]}}


def jobs(cluster: WebStub, *answers: Any) -> None:
    """A Job whose states, or refusals to tell one, are these."""
    cluster.says(f"POST {JOBS}", Said(CREATED, 201))
    cluster.says(f"GET {JOBS}/pi", *answers)


# --- Calls ---


def test_a_call_answers_with_what_kubernetes_says(cluster: WebStub) -> None:
    cluster.says(f"GET {PODS}", {"kind": "PodList", "items": []})
    result = call(cluster, Path=PODS, QueryParameters={"labelSelector": ["job-name=example-job"]})
    assert result["Headers"]["Content-Type"] == ["application/json"]
    del result["Headers"]
    body = {"kind": "PodList", "items": []}
    assert result == {"ResponseBody": body, "StatusCode": 200, "StatusText": "OK"}
    assert cluster.asked[0].query == {"labelSelector": ["job-name=example-job"]}


@pytest.mark.parametrize(
    ("method", "body", "kind"),
    [
        ("POST", {"a": 1}, "application/json"),
        ("PUT", '{"a":1}', "application/json"),
        ("PATCH", {"a": 1}, "application/merge-patch+json"),
        ("PATCH", [{"op": "remove", "path": "/a"}], "application/json-patch+json"),
    ],
)
def test_a_body_has_the_type_that_kubernetes_takes(
    cluster: WebStub, method: str, body: Any, kind: str
) -> None:
    cluster.says(f"{method} {PODS}", {})
    call(cluster, Method=method, Path=PODS, RequestBody=body)
    assert cluster.asked[0].headers["content-type"] == kind
    assert json.loads(cluster.asked[0].body) == (json.loads(body) if body == '{"a":1}' else body)


def test_a_status_is_an_error_with_the_body_as_cause(cluster: WebStub) -> None:
    status = {"kind": "Status", "reason": "AlreadyExists", "code": 409}
    cluster.says(f"POST {JOBS}", Said(status, 409))
    error = call_failure(cluster, Method="POST", Path=JOBS)
    assert error.name == "EKS.409"
    assert json.loads(error.cause) == status


def test_a_cluster_that_is_not_there_is_the_clients_failure(
    cluster: WebStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(kubernetes.ENDPOINTS_VARIABLE, "http://127.0.0.1:1")
    error = call_failure(cluster, Endpoint="http://127.0.0.1:1")
    assert error.name == "EKS.SdkClientException"


def test_the_token_is_a_signed_question_who_calls(cluster: WebStub) -> None:
    """As aws-iam-authenticator makes it."""
    cluster.says("GET /api/v1/pods", {})
    call(cluster)
    kind, token = cluster.asked[0].headers["authorization"].split()
    assert kind == "Bearer"
    assert token.startswith("k8s-aws-v1.")
    text = token.removeprefix("k8s-aws-v1.")
    assert not text.endswith("=")
    url = urllib.parse.urlsplit(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    assert (url.scheme, url.netloc, url.path) == ("https", "sts.us-east-1.amazonaws.com", "/")
    query = dict(urllib.parse.parse_qsl(url.query))
    assert query["Action"] == "GetCallerIdentity"
    assert query["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"
    assert query["X-Amz-Expires"] == "60"
    assert query["X-Amz-Credential"].endswith("/us-east-1/sts/aws4_request")
    assert len(query["X-Amz-Signature"]) == 64


def test_the_token_is_for_the_region_of_the_cluster(caller: None) -> None:  # noqa: F811
    token = kubernetes.token_of("c", "cn-north-1", task._session).removeprefix("k8s-aws-v1.")
    url = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    assert url.startswith("https://sts.cn-north-1.amazonaws.com.cn/?Action=GetCallerIdentity")


# --- Where tokens go ---


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example",
        "https://0A1B.gr7.us-east-1.eks.amazonaws.com.evil.example",
        "https://0A1B.gr7.us-east-1.eks.amazonaws.com:8443",
        "http://0A1B.gr7.us-east-1.eks.amazonaws.com",
        "https://a1.execute-api.us-east-1.amazonaws.com",
        "https://169.254.169.254",
        "http://127.0.0.1:1",
    ],
)
def test_only_clusters_are_called(cluster: WebStub, url: str) -> None:
    """A token that went elsewhere would be used there."""
    error = call_failure(cluster, Endpoint=url)
    assert error.name == "States.Runtime"
    assert "is none of an EKS cluster" in error.cause


def test_clusters_of_aws_and_those_of_the_worker_are_called(cluster: WebStub) -> None:
    url = "https://0A1B.gr7.us-east-1.eks.amazonaws.com"
    endpoint, prefix = kubernetes.endpoint_of(url)
    assert (endpoint.scheme, endpoint.port, prefix) == ("https", 443, "")
    assert kubernetes.endpoint_of(f"{cluster.url}/k8s/c/")[1] == "/k8s/c"


def test_a_wrong_list_of_endpoints_is_the_workers_failure(
    cluster: WebStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(kubernetes.ENDPOINTS_VARIABLE, "10.0.0.1:6443")
    error = call_failure(cluster)
    assert error.name == "Pawl.WorkerConfiguration"
    assert error.cause.startswith("PAWL_EKS_ENDPOINTS: '10.0.0.1:6443' is no endpoint")


def certificate(directory: pathlib.Path, name: str) -> tuple[pathlib.Path, pathlib.Path]:
    key, file = directory / f"{name}.key", directory / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        + ["-nodes", "-keyout", str(key), "-out", str(file), "-days", "2"]
        + ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True,
        capture_output=True,
    )
    return key, file


@needs_openssl
def test_a_cluster_is_known_by_its_authority_alone(
    cluster: WebStub, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, own = certificate(tmp_path, "own")
    _, other = certificate(tmp_path, "other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    cluster.socket = context.wrap_socket(
        cluster.socket, server_side=True, do_handshake_on_connect=False
    )
    cluster.says("GET /api/v1/pods", {"ok": True})
    url = cluster.url.replace("http:", "https:")
    monkeypatch.setenv(kubernetes.ENDPOINTS_VARIABLE, url)

    def encoded(file: pathlib.Path) -> str:
        return base64.b64encode(file.read_bytes()).decode()

    answered = call(cluster, Endpoint=url, CertificateAuthority=encoded(own))
    assert answered["ResponseBody"] == {"ok": True}
    error = call_failure(cluster, Endpoint=url, CertificateAuthority=encoded(other))
    assert error.name == "EKS.SdkClientException"
    assert "certificate verify failed" in error.cause
    assert len(cluster.asked) == 1
    for authority in ("?", "eA==", base64.b64encode(b"\xff").decode()):
        error = call_failure(cluster, Endpoint=url, CertificateAuthority=authority)
        assert error.name == "States.Runtime"
        assert "'CertificateAuthority' must be a certificate in PEM" in error.cause


# --- What is not sent ---


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"Method": "TRACE"}, "'Method' must be one of"),
        ({"Paths": "/"}, "no parameter 'Paths' (did you mean 'Path'?)"),
        ({"Path": ""}, "'Path' must be a string, found an empty one"),
        ({"ClusterName": "a\r\nb"}, "is no name of a cluster"),
        ({"Endpoint": "https://a b"}, "'Endpoint' holds characters"),
        ({"QueryParameters": {"a": "b"}}, "'QueryParameters.a' must be an array of strings"),
    ],
)
def test_what_makes_no_call_is_refused(cluster: WebStub, more: Any, words: str) -> None:
    error = call_failure(cluster, **more)
    assert error.name == "States.Runtime"
    assert words in error.cause
    assert not cluster.asked


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"Job": 5}, "'Job' must be an object, found a number"),
        ({"Namespace": "a/../b"}, '"a/../b" is no name of Kubernetes'),
        ({"LogOptions": {"RetrieveLog": True}}, "(did you mean 'RetrieveLogs'?)"),
        ({"LogOptions": {"RetrieveLogs": 1}}, "'LogOptions.RetrieveLogs' must be a boolean"),
        ({"LogOptions": {"LogParameters": {"tailLines": 1}}}, "must be an array of strings"),
    ],
)
def test_what_makes_no_job_is_refused(cluster: WebStub, more: Any, words: str) -> None:
    error = job_failure(cluster, **more)
    assert error.name == "States.Runtime"
    assert words in error.cause
    assert not cluster.asked


# --- Jobs ---


def test_a_job_that_is_not_waited_for_is_created(cluster: WebStub) -> None:
    path = "/apis/batch/v1/namespaces/n/jobs"
    cluster.says(f"POST {path}", Said(CREATED, 201))
    given = parameters(cluster, Job=json.dumps(JOB), Namespace="n")
    created = task.handler({"Resource": "eks:runJob", "Parameters": given}, ATTEMPT)
    assert (created["StatusCode"], created["ResponseBody"]) == (201, CREATED)
    assert json.loads(cluster.asked[0].body) == JOB


def test_a_job_is_asked_for_until_it_is_complete(cluster: WebStub) -> None:
    jobs(cluster, CREATED, job("SuccessCriteriaMet"), job("SuccessCriteriaMet", "Complete"))
    assert run_job(cluster) == job("SuccessCriteriaMet", "Complete")
    assert cluster.count(f"GET {JOBS}/pi") == 3
    assert cluster.count(f"GET {PODS}") == 0


def test_a_job_that_fails_fails_the_task_with_its_description(cluster: WebStub) -> None:
    jobs(cluster, job("Failed"))
    error = job_failure(cluster)
    assert error.name == "States.TaskFailed"
    assert json.loads(error.cause) == job("Failed")


def pods(cluster: WebStub, **logs: Any) -> None:
    """One pod with a container for each of the logs."""
    containers = [{"name": name} for name in logs]
    pod = {"metadata": {"name": "pi-1"}, "spec": {"containers": containers}}
    cluster.says(f"GET {PODS}", {"items": [pod]})
    cluster.says(f"GET {PODS}/pi-1/log", *logs.values())


def test_logs_are_values_by_pod_and_container(cluster: WebStub) -> None:
    """The guide: in place of a log that cannot be had there are an error and a cause."""
    jobs(cluster, job("Complete"))
    pods(cluster, json='{"n":3.14}', text="done\n", none=Said("no log", 400))
    options = {"RetrieveLogs": True, "LogParameters": {"tailLines": ["20"]}}
    ended = run_job(cluster, LogOptions=options)
    assert ended == {
        **job("Complete"),
        "logs": {
            "pods": {
                "pi-1": {
                    "containers": {
                        "json": {"log": {"n": 3.14}},
                        "text": {"log": "done\n"},
                        "none": {"error": "EKS.400", "cause": "no log"},
                    }
                }
            }
        },
    }
    asked = cluster.asked[-1].query
    assert asked == {"tailLines": ["20"], "container": ["none"]}
    assert cluster.asked[2].query == {"labelSelector": ["job-name=pi"]}


def test_raw_logs_are_texts(cluster: WebStub) -> None:
    jobs(cluster, job("Complete"))
    pods(cluster, pi="3.14159265358979323846")
    ended = run_job(cluster, LogOptions={"RetrieveLogs": True, "RawLogs": True})
    assert ended["logs"]["pods"]["pi-1"]["containers"]["pi"]["log"] == "3.14159265358979323846"


def test_a_failed_job_has_its_logs_too(cluster: WebStub) -> None:
    jobs(cluster, job("Failed"))
    cluster.says(f"GET {PODS}", Said("forbidden", 403))
    cause = json.loads(job_failure(cluster, LogOptions={"RetrieveLogs": True}).cause)
    assert cause["logs"] == {"error": "EKS.403", "cause": "forbidden"}


def test_logs_that_no_state_can_hold_fail(cluster: WebStub) -> None:
    jobs(cluster, job("Complete"))
    pods(cluster, a="x" * 200_000, b="y" * 200_000)
    error = job_failure(cluster, LogOptions={"RetrieveLogs": True})
    assert error.name == "States.DataLimitExceeded"
    assert "tailLines" in error.cause


def test_a_cluster_that_is_busy_or_away_is_asked_again(cluster: WebStub) -> None:
    busy = Said("busy", 429)
    jobs(cluster, busy, Said("", 503), Said("gone", 404), CREATED, busy, job("Complete"))
    assert run_job(cluster) == job("Complete")


def test_a_job_that_stays_away_or_unknown_fails_the_task(cluster: WebStub) -> None:
    jobs(cluster, Said("away", 503))
    assert job_failure(cluster).name == "EKS.503"
    assert cluster.count(f"GET {JOBS}/pi") == watched.FAILED_QUESTIONS_MAX
    jobs(cluster, Said("unknown", 404))
    assert job_failure(cluster).name == "EKS.404"


def test_what_is_no_job_is_not_waited_for(cluster: WebStub) -> None:
    jobs(cluster, "<html>a proxy</html>")
    error = job_failure(cluster)
    assert error.name == "EKS.SdkClientException"
    assert error.cause == "Unable to take the response: it is a string, no Job"


def test_what_may_not_be_asked_fails_at_once(cluster: WebStub) -> None:
    jobs(cluster, Said("forbidden", 403))
    assert job_failure(cluster).name == "EKS.403"
    assert cluster.count(f"GET {JOBS}/pi") == 1


def cancelled(cluster: WebStub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits for a Job; the pool's signal comes while it is asked for."""
    jobs(cluster, CREATED)
    said_to = cluster.said_to

    def cancel(asked: Any) -> Said:
        if asked.path == f"{JOBS}/pi" and asked.method == "GET":
            os.kill(os.getpid(), waiting.CANCEL_SIGNAL)
        return said_to(asked)

    monkeypatch.setattr(cluster, "said_to", cancel)
    with pytest.raises(SystemExit):
        run_job(cluster)


def test_a_job_that_nobody_waits_for_any_more_is_deleted_with_its_pods(
    cluster: WebStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eks_calls, "FIRST_PAUSE", 0.01)
    cluster.says(f"DELETE {JOBS}/pi", Said("busy", 429), {})
    cancelled(cluster, monkeypatch)
    assert cluster.count(f"DELETE {JOBS}/pi") == 2
    assert cluster.asked[-1].method == "DELETE"
    assert cluster.asked[-1].query == {"propagationPolicy": ["Background"]}


@pytest.mark.parametrize(("status", "attempts"), [(403, 1), (503, 3)])
def test_a_job_that_cannot_be_deleted_is_in_the_log(
    cluster: WebStub,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    attempts: int,
) -> None:
    monkeypatch.setattr(eks_calls, "FIRST_PAUSE", 0.01)
    cluster.says(f"DELETE {JOBS}/pi", Said("kept", status))
    cancelled(cluster, monkeypatch)
    assert cluster.count(f"DELETE {JOBS}/pi") == attempts
    said = capsys.readouterr().out
    assert f"The Job 'pi' could not be deleted: EKS.{status}: kept" in said


def test_a_job_that_is_gone_needs_no_deletion(
    cluster: WebStub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cancelled(cluster, monkeypatch)
    assert cluster.count(f"DELETE {JOBS}/pi") == 1
    assert "could not be deleted" not in capsys.readouterr().out


def test_a_name_cannot_lead_elsewhere(cluster: WebStub) -> None:
    for name in ("a/b", "..", "%2e", "a%2Fb"):
        with pytest.raises(TaskError):
            eks_calls.name_in_path(name)
    assert eks_calls.name_in_path("pi-1.x") == "pi-1.x"

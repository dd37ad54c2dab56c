"""The API of the Kubernetes of one Amazon EKS cluster, called as the worker's AWS identity.

The token is that of aws-iam-authenticator (EKS User Guide, "Grant IAM users and roles access to
Kubernetes APIs"): a signed URL that tells who signs it, for this cluster alone.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import ssl
from typing import Any, Mapping, Optional

import botocore.auth  # type: ignore[import]
import botocore.awsrequest  # type: ignore[import]

from pawl.aws.shapes import json_text
from pawl.aws.web import (
    ALL_NETWORKS,
    VPC_NETWORKS,
    credentials_of,
    encoded_path,
    send,
    text_of,
)
from pawl.http.exchange import BODY_BYTES_MAX, Response
from pawl.http.request import Request, with_query
from pawl.http.settings import Endpoint, entry_of, is_allowed, split_url
from pawl.task_error import TaskError, refused

ERROR = "EKS"
PARAMETERS = ("ClusterName", "CertificateAuthority", "Endpoint")
# Endpoints beside AWS's own, "https://10.0.0.1:6443,https://*.clusters.example.com".
ENDPOINTS_VARIABLE = "PAWL_EKS_ENDPOINTS"
DEFAULT_REGION = "us-east-1"
HOST = re.compile(
    r"(?:[a-z0-9-]{1,63}\.)+(?P<region>[a-z0-9-]{1,63})\.eks\.amazonaws\.com(\.cn)?", re.ASCII
)

TOKEN_PREFIX = "k8s-aws-v1."
TOKEN_SECONDS = 60
CLUSTER_HEADER = "x-k8s-aws-id"
# A cluster's name goes into a header.
CLUSTER_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}", re.ASCII)
# What the API takes for a PATCH.
PATCH_TYPES: dict[type, str] = {
    dict: "application/merge-patch+json",
    list: "application/json-patch+json",
}


class Cluster:
    """One cluster, as a task's parameters name it."""

    def __init__(self, parameters: dict[str, Any], session: Any) -> None:
        """``session`` is boto3's, for the token. Raises TaskError."""
        self._name = text_of(parameters, "ClusterName")
        if not CLUSTER_NAME.fullmatch(self._name):
            raise refused(f"'ClusterName' {json_text(self._name)} is no name of a cluster")
        self._session = session
        self._endpoint, self._prefix = endpoint_of(text_of(parameters, "Endpoint"))
        match = HOST.fullmatch(self._endpoint.host)
        self._region = match["region"] if match else session.region_name or DEFAULT_REGION
        self._networks = (
            VPC_NETWORKS if match and not is_configured(self._endpoint) else ALL_NETWORKS
        )
        authority = text_of(parameters, "CertificateAuthority")
        self._tls = tls_of(authority) if self._endpoint.scheme == "https" else None

    def ask(
        self,
        method: str,
        path: str,
        query: Optional[Mapping[str, list[Any]]] = None,
        body: Any = None,
        body_bytes_max: int = BODY_BYTES_MAX,
    ) -> Response:
        """The response to one request, whatever its status.

        A body that is a string is sent as it is. Raises TaskError ``EKS.SdkClientException`` where
        there is no response.
        """
        token = token_of(self._name, self._region, self._session)
        headers = {"accept": "application/json, */*", "authorization": f"Bearer {token}"}
        data = None
        if body is not None:
            kind = PATCH_TYPES.get(type(body)) if method == "PATCH" else None
            headers["content-type"] = kind or "application/json"
            data = (body if isinstance(body, str) else json_text(body)).encode()
        target = with_query(
            self._prefix + encoded_path("/" + path.lstrip("/")), {"QueryParameters": query}
        )
        request = Request(self._endpoint, method, target, headers, data)
        return send(request, self._networks, ERROR, self._tls, body_bytes_max)


def endpoint_of(url: str) -> tuple[Endpoint, str]:
    """The endpoint, and a path that all others follow. Raises TaskError."""
    try:
        endpoint, path = split_url(url)
    except ValueError as error:
        raise refused(f"'Endpoint' {error}") from None
    if "?" in path:
        raise refused("'Endpoint' must have no query")
    is_of_aws = endpoint.scheme == "https" and endpoint.port == 443
    if not (is_of_aws and HOST.fullmatch(endpoint.host)) and not is_configured(endpoint):
        raise refused(
            f"'Endpoint' {endpoint} is none of an EKS cluster, https://ID.REGION.eks.amazonaws.com,"
            f" and the worker's {ENDPOINTS_VARIABLE} does not name it"
        )
    return endpoint, path.rstrip("/")


def is_configured(endpoint: Endpoint) -> bool:
    """Whether the worker's environment names the endpoint. Raises TaskError where it is wrong."""
    texts = os.environ.get(ENDPOINTS_VARIABLE, "").split(",")
    try:
        entries = [entry_of(text.strip(), ENDPOINTS_VARIABLE) for text in texts if text.strip()]
    except ValueError as error:
        raise TaskError("Pawl.WorkerConfiguration", str(error)) from None
    return is_allowed(endpoint, entries)


def tls_of(authority: str) -> ssl.SSLContext:
    """Trusts the certificates of this authority, base64 of PEM, and no other. Raises TaskError."""
    try:
        context = ssl.create_default_context(
            cadata=base64.b64decode(authority, validate=True).decode("ascii")
        )
    except (binascii.Error, ValueError, ssl.SSLError):
        raise refused(
            "'CertificateAuthority' must be a certificate in PEM, encoded in base64, as "
            "DescribeCluster has it"
        ) from None
    # The authorities of EKS have no key identifier, which later releases of Python ask for.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def token_of(cluster: str, region: str, session: Any) -> str:
    """A token for the cluster. Raises TaskError where the worker has no credentials."""
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    request = botocore.awsrequest.AWSRequest(
        method="GET",
        url=f"https://sts.{region}.{domain}/?Action=GetCallerIdentity&Version=2011-06-15",
        headers={CLUSTER_HEADER: cluster},
    )
    credentials = credentials_of(session, ERROR)
    botocore.auth.SigV4QueryAuth(credentials, "sts", region, expires=TOKEN_SECONDS).add_auth(
        request
    )
    return TOKEN_PREFIX + base64.urlsafe_b64encode(request.url.encode()).decode().rstrip("=")

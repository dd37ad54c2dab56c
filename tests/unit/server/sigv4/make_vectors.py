"""Prints requests as botocore signs them: the data of signed_vectors_test.cc.

    /usr/bin/python3 make_vectors.py > vectors.json
"""

import datetime
import json
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2024, 2, 29, 12, 34, 56)
KEY = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
TOKEN = "FwoGZXIvYXdzEBY+session/token=="
JSON_HEADERS = {"X-Amz-Target": "AWSStepFunctions.ListStateMachines", "Content-Type": "a/b"}

# Name, service, method, URL, headers, body, session token, whether it is a presigned URL.
CASES: list[tuple[str, str, str, str, dict[str, str], str, str | None, bool]] = [
    ("json", "states", "POST", "https://states.test/", JSON_HEADERS, "{}", None, False),
    ("token", "states", "POST", "https://states.test/", JSON_HEADERS, "{}", TOKEN, False),
    ("path", "lambda", "GET", "https://h.test/a%3Ab/./c/../d%20e//f", {}, "", None, False),
    ("query", "lambda", "GET", "https://h.test/?b=2&a=x%20y&a=&c=%2F~", {}, "", None, False),
    ("spaces", "states", "GET", "https://h.test/", {"X-Amz-Meta": "  a   b  c "}, "", None, False),
    ("presigned", "states", "GET", "https://h.test/?Action=x", {}, "", TOKEN, True),
    (
        "s3 get",
        "s3",
        "GET",
        "https://b.s3.test/a/b%20c.txt",
        {"Range": "bytes=0-9"},
        "",
        None,
        False,
    ),
    ("s3 dots", "s3", "GET", "https://s3.test/b/../a//%C3%A4%2B%2A~", {}, "", None, False),
    ("s3 put", "s3", "PUT", "https://s3.test/b/k", {}, "some text", TOKEN, False),
    ("s3 list", "s3", "GET", "https://s3.test/b?list-type=2&prefix=a%2Fb%20", {}, "", None, False),
    ("s3 presigned", "s3", "GET", "https://s3.test/b/k%20l?x=1", {}, "", TOKEN, True),
]


def signer(service: str, token: str | None, is_presigned: bool) -> Any:
    """The class of botocore that signs so."""
    credentials = Credentials(*KEY, token)
    if is_presigned:
        kind = "S3SigV4QueryAuth" if service == "s3" else "SigV4QueryAuth"
        return getattr(botocore.auth, kind)(credentials, service, "eu-west-1", expires=900)
    kind = "S3SigV4Auth" if service == "s3" else "SigV4Auth"
    return getattr(botocore.auth, kind)(credentials, service, "eu-west-1")


def main() -> None:
    """Signs every case at one time."""
    vectors = []
    for name, service, method, url, headers, body, token, is_presigned in CASES:
        request = AWSRequest(method=method, url=url, headers=headers, data=body)
        with mock.patch("botocore.auth.datetime") as patched:
            patched.datetime.utcnow.return_value = NOW
            signer(service, token, is_presigned).add_auth(request)
        parts = urlsplit(request.url)
        vectors.append(
            {
                "name": name,
                "service": service,
                "method": method,
                "path": parts.path,
                "query": parts.query,
                "headers": {"Host": parts.netloc, **dict(request.headers.items())},
                "body": body,
                "token": token or "",
                "is_presigned": is_presigned,
            }
        )
    print(json.dumps(vectors, indent=1))


if __name__ == "__main__":
    main()

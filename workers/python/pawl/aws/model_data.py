"""Objects in S3 that a model of Amazon Bedrock reads and writes.

Step Functions Developer Guide, "Invoke and customize Amazon Bedrock models with Step Functions":
InvokeModel has an ``Input`` in place of its ``Body``, and an ``Output``, beside what its API has.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple, Optional

from pawl.aws.names import did_you_mean
from pawl.aws.shapes import found, json_text
from pawl.task_error import refused

CALL = "bedrock:invokeModel"
# API Reference of Amazon Bedrock, "InvokeModel": the limit of a body.
BYTES_MAX = 25_000_000
URI = re.compile(r"s3://([a-z0-9.-]{3,63})/(.{1,1024})", re.ASCII | re.DOTALL)


class Place(NamedTuple):
    """An object in S3."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        """s3://BUCKET/KEY."""
        return f"s3://{self.bucket}/{self.key}"


class Places(NamedTuple):
    """Where the body comes from, and where that of the answer goes; None: parameters and result."""

    input: Optional[Place]
    output: Optional[Place]


def places_of(parameters: Any) -> tuple[Places, Any]:
    """The places that the parameters name, and the parameters of the API. Raises TaskError."""
    if not isinstance(parameters, dict):
        return Places(None, None), parameters
    places = Places(place_of(parameters, "Input"), place_of(parameters, "Output"))
    rest = {name: item for name, item in parameters.items() if name not in ("Input", "Output")}
    if places.input is not None and rest.get("Body") is not None:
        raise refused(f"{CALL} has either 'Body' or 'Input', found both")
    return places, rest


def place_of(parameters: dict[str, Any], name: str) -> Optional[Place]:
    """The place that one of the parameters names."""
    value = parameters.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise refused(f"'{name}' must be an object with 'S3Uri', found {found(value)}")
    for member in value:
        if member != "S3Uri":
            raise refused(f"'{name}' has no '{member}'{did_you_mean(member, ['S3Uri'])}")
    uri = value.get("S3Uri")
    match = URI.fullmatch(uri) if isinstance(uri, str) else None
    if match is None:
        what = json_text(uri) if isinstance(uri, str) else found(uri)
        raise refused(f"'{name}.S3Uri' must be s3://BUCKET/KEY, found {what}")
    return Place(match[1], match[2])

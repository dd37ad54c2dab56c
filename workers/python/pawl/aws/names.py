"""The names of services and actions, as Step Functions and as boto3 have them.

Step Functions takes the names of the AWS SDK for Java 2: the service's id in lower case
(``secretsmanager``), the action in camel case (``getSecretValue``), parameters and results in
Pascal case (Step Functions Developer Guide, "AWS SDK service integrations").
"""

from __future__ import annotations

import difflib
import re
from typing import Iterable, Optional

# Where the id of a service (without "service" at its end) is not boto3's name without hyphens: all
# such of botocore 1.29 and 1.43.
BOTO_NAMES = {
    "applicationdiscovery": "discovery",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "costandusagereport": "cur",
    "costexplorer": "ce",
    "databasemigration": "dms",
    "directory": "ds",
    "directoryservicedata": "ds-data",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "elasticsearch": "es",
    "eventbridge": "events",
    "iot1clickdevices": "iot1click-devices",
    "iotdataplane": "iot-data",
    "iotjobsdataplane": "iot-jobs-data",
    "lexmodelbuilding": "lex-models",
    "lexmodelsv2": "lexv2-models",
    "lexruntime": "lex-runtime",
    "lexruntimev2": "lexv2-runtime",
    "marketplaceentitlement": "marketplace-entitlement",
    "marketplacemetering": "meteringmarketplace",
    "migrationhub": "mgh",
    "pinpointsmsvoice": "sms-voice",
    "serverlessapplicationrepository": "serverlessrepo",
    "sfn": "stepfunctions",
    "simpledb": "sdb",
}

# A member that the AWS SDK for Java 2 calls by another name than the service.
RENAMED = {("AttributeValue", "NULL"): "Nul"}


def boto_service(name: str, available: Iterable[str]) -> Optional[str]:
    """boto3's name of the service that a definition calls ``name``; None where it has none."""
    services = {service.replace("-", ""): service for service in available}
    # An optimized integration's name may have hyphens.
    plain = name.replace("-", "")
    for candidate in (plain, plain.removesuffix("service")):
        boto = services.get(candidate) or BOTO_NAMES.get(candidate)
        if boto in services.values():
            return boto
    return None


def sdk_services(available: Iterable[str]) -> list[str]:
    """What definitions may call the services that boto3 has."""
    sdk = {boto: name for name, boto in BOTO_NAMES.items()}
    return sorted(sdk.get(service, service.replace("-", "")) for service in available)


def operation(action: str, operations: Iterable[str]) -> Optional[str]:
    """The API's name of the action that a definition calls ``action``; None where it has none."""
    wanted = action.lower()
    return next((name for name in operations if name.lower() == wanted), None)


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """ " (did you mean 'x'?)" with the candidate nearest to ``name``, or an empty text."""
    near = difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.6)
    return f" (did you mean '{near[0]}'?)" if near else ""


def capital(name: str) -> str:
    """``name`` with a capital first letter: how the optimized integrations call a member."""
    return name[:1].upper() + name[1:]


def camel(name: str) -> str:
    """A member's name in Java: capitals at the beginning become small, but for a word's first."""
    run = re.match(r"[A-Z]+(?![a-z])|[A-Z]", name)
    if run is None:
        return name
    return name[: run.end()].lower() + name[run.end() :]


def pascal(shape: str, member: str) -> str:
    """How the SDK integrations call a member of a shape: MD5OfBody is Md5OfBody."""
    return RENAMED.get((shape, member)) or capital(camel(member))


def service_prefix(service_id: str) -> str:
    """What an SDK integration's errors begin with: DynamoDB is DynamoDb, SFN is Sfn."""
    words = re.sub(r"[^A-Za-z0-9]+", " ", service_id)
    words = re.sub(r"([A-Z]{2,})v([0-9])", r"\1 V\2", words)
    words = re.sub(r"(?<=[a-z])(?=[A-Z][A-Za-z0-9])", " ", words)
    words = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", words)
    prefix = "".join(word.capitalize() for word in words.split())
    return prefix.removesuffix("Service") or prefix


def exception_name(error_shape: str) -> str:
    """The Java class of a modelled error: NoSuchKey is NoSuchKeyException."""
    if error_shape.endswith("Exception"):
        return capital(error_shape)
    return capital(error_shape.removesuffix("Fault")) + "Exception"

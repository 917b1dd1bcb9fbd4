"""The errors of cloud SDKs, as errors for people.

Nothing of the cloud's own words is repeated, and the original is not chained: both can hold keys,
tokens and signatures.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kubewitness.errors import InputError
from kubewitness.optional_imports import optional_import

_SIGN_IN: Final = "sign in again, for instance with `aws sso login`, or renew the keys"
_NO_LOG_GROUP: Final = "no such log group here; check its name and `?region=`"
_THROTTLED: Final = "still throttled after every attempt; try again later or with less at a time"

_AWS_CODES: Final = {
    "ResourceNotFoundException": _NO_LOG_GROUP,
    "ExpiredTokenException": f"the credentials have expired; {_SIGN_IN}",
    "ExpiredToken": f"the credentials have expired; {_SIGN_IN}",
    "UnrecognizedClientException": f"AWS does not accept the credentials; {_SIGN_IN}",
    "InvalidClientTokenId": f"AWS does not accept the credentials; {_SIGN_IN}",
    "InvalidAccessKeyId": f"AWS does not accept the credentials; {_SIGN_IN}",
    "InvalidToken": f"AWS does not accept the credentials; {_SIGN_IN}",
    "InvalidSignatureException": f"AWS refuses the signature; {_SIGN_IN}",
    "SignatureDoesNotMatch": f"AWS refuses the signature; {_SIGN_IN}",
    "ThrottlingException": _THROTTLED,
    "SlowDown": _THROTTLED,
    "NoSuchBucket": "there is no such bucket; check its name",
    "NoSuchKey": "the object is gone since it was listed; read again",
    "PreconditionFailed": "the object has changed since it was listed; read again",
    "InvalidObjectState": "the object is archived; first run `aws s3api restore-object` on it",
}
_AWS_KINDS: Final = {
    "NoCredentialsError": "no credentials for AWS; set AWS_PROFILE, or run `aws sso login`",
    "PartialCredentialsError": "the credentials for AWS are incomplete; set both key and secret",
    "ProfileNotFound": "AWS_PROFILE names no profile; `aws configure list-profiles` lists them",
    "NoRegionError": "no region; append `?region=eu-west-1` or set AWS_DEFAULT_REGION",
    "InvalidRegionError": "the region is not a valid region name; write one such as `eu-west-1`",
    "EndpointConnectionError": "AWS cannot be reached there; check region and network",
}
_AZURE_STATUS: Final = {
    401: "Azure refuses the credentials; sign in again with `az login`, or renew the key",
    403: "not permitted; needs the role `Storage Blob Data Reader`, a valid key or signature,"
    " and a network that the account admits",
    404: "no such container or blob; check its name and the storage account",
    412: "the blob has changed since it was listed; read again",
    416: "the blob has become shorter since it was listed; read again",
}


@contextmanager
def aws_errors(name: str) -> Iterator[None]:
    """Turn errors of boto3 into faults of `name`.

    Raises:
        InputError: boto3 is not installed, or AWS did not do what was asked.
    """
    optional_import("boto3", "aws", name)  # botocore alone may have come with something else
    exceptions = optional_import("botocore.exceptions", "aws", name)
    try:
        yield
    except exceptions.ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        raise InputError(f"{name}: {_of_code(code, error.operation_name)}") from None
    except exceptions.BotoCoreError as error:
        kind = type(error).__name__
        raise InputError(f"{name}: {_AWS_KINDS.get(kind) or _unforeseen('AWS', kind)}") from None


def _of_code(code: str, operation: str) -> str:
    if code in ("AccessDenied", "AccessDeniedException"):
        return f"not permitted; needs permission for {operation}"
    return _AWS_CODES.get(code) or _unforeseen("AWS", f"{operation}: {code}")


@contextmanager
def azure_errors(name: str) -> Iterator[None]:
    """Turn errors of the Azure SDK into faults of `name`.

    Raises:
        InputError: the SDK is not installed, or Azure did not do what was asked.
    """
    exceptions = optional_import("azure.core.exceptions", "azure", name, library="the Azure SDK")
    try:
        yield
    except exceptions.AzureError as error:
        status = getattr(error, "status_code", None)
        if isinstance(error, exceptions.ClientAuthenticationError):
            status = status or 401
        known = _AZURE_STATUS.get(status or 0)
        fault = known or _unforeseen("Azure", f"{type(error).__name__} {status or ''}".strip())
        raise InputError(f"{name}: {fault}") from None


def _unforeseen(cloud: str, what: str) -> str:
    return f"{cloud} answers {what}; check whether its own command line can read this"

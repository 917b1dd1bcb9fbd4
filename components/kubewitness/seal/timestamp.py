"""Time stamps of manifests (RFC 3161), with the extra `seal`."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerifierBuilder,
    decode_timestamp_response,
)

from kubewitness.errors import InputError

TIMEOUT_SECONDS: Final = 30
LARGEST_RESPONSE: Final = 1 << 20

_ALGORITHMS: Final = {
    "2.16.840.1.101.3.4.2.1": hashlib.sha256,
    "2.16.840.1.101.3.4.2.2": hashlib.sha384,
    "2.16.840.1.101.3.4.2.3": hashlib.sha512,
}
"""The hash algorithms of a time stamp, by object identifier (RFC 5754, section 2)."""


def request_timestamp(url: str, data: bytes) -> bytes:
    """Ask an authority for a time stamp; only the hash of the bytes is sent.

    Raises:
        InputError: the authority cannot be asked, refuses, or answers another question.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise InputError(f"{url}: a time stamp authority has an address with http or https")
    asked = (
        TimestampRequestBuilder()
        .data(data)
        .hash_algorithm(HashAlgorithm.SHA256)
        .cert_request(cert_request=True)
        .build()
    )
    headers = {"Content-Type": "application/timestamp-query"}
    request = Request(url, asked.as_bytes(), headers)  # noqa: S310 checked above
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310 same reason
            response: bytes = reply.read(LARGEST_RESPONSE)
    except (URLError, OSError, ValueError) as error:
        raise InputError(f"{url}: no time stamp: {error}") from error
    if require_imprint(response, data, url).tst_info.nonce != asked.nonce:
        raise InputError(f"{url}: no time stamp: this answers another request")
    return response


def require_imprint(response: bytes, data: bytes, source: str) -> TimeStampResponse:
    """Return the response if it grants a stamp over exactly these bytes.

    Args:
        source: named in the error.

    Raises:
        InputError: it is anything else.
    """
    try:
        decoded = decode_timestamp_response(response)
        imprint = decoded.tst_info.message_imprint
        algorithm = _ALGORITHMS[imprint.hash_algorithm.dotted_string]
        agrees = imprint.message == algorithm(data).digest()
    except Exception as error:
        raise InputError(f"{source}: no time stamp: {error}") from error
    if not agrees:
        raise InputError(f"{source}: a time stamp of something else")
    return decoded


def load_certificates(path: Path) -> list[Certificate]:
    """Return the certificates in a PEM file, each trusted to sign time stamps."""
    try:
        return load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError:
        raise InputError(f"{path}: no certificate in PEM") from None


def stamped_time(response: bytes, data: bytes, certificates: list[Certificate]) -> datetime:
    """Return when the bytes existed, according to an authority under one of the certificates.

    Raises:
        ValueError: the stamp does not hold, with the reason.
    """
    try:
        decoded = decode_timestamp_response(response)
        VerifierBuilder(roots=list(certificates)).build().verify_message(decoded, data)
        time = decoded.tst_info.gen_time
    except Exception as error:
        # The library's parser has no base of its own for what it raises on other people's bytes.
        raise ValueError(str(error)) from error
    return time

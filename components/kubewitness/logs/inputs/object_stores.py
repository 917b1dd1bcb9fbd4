"""Log files in Amazon S3 and in Azure Blob Storage.

cloudpathlib finds the credentials and makes the clients. Listing and reading go to the clients
themselves: a listing there has each object's size and keeps every key as it is, and bytes can be
streamed, whereas cloudpathlib would download the whole object. Nothing is written to disk.
"""

import os
from functools import partial
from typing import Any, Final

from kubewitness.errors import InputError
from kubewitness.logs.inputs.chunks import ChunkedFile, Chunks
from kubewitness.logs.inputs.cloud_errors import aws_errors, azure_errors
from kubewitness.logs.inputs.local_files import SEAL_FOLDER
from kubewitness.optional_imports import optional_import

S3_SCHEME: Final = "s3://"
AZURE_SCHEME: Final = "az://"

_NO_CACHE: Final[dict[str, Any]] = {"file_cache_mode": "persistent", "local_cache_dir": os.devnull}
"""Else cloudpathlib makes a temporary folder for each client, to hold what we never download."""

_S3_CHUNK: Final = 1 << 20
_AZURE_CHUNK: Final = 1 << 23
"""Each chunk is a request of its own; the SDK fetches up to 32 MiB in one."""


def find_s3_objects(word: str) -> list[ChunkedFile]:
    """Return every object of `s3://BUCKET/PREFIX`, sorted by key.

    Credentials are those that boto3 finds. An object that has changed since is not read.

    Raises:
        InputError: the extra `aws` is not installed, or the bucket cannot be listed.
    """
    bucket, prefix = _split(word, S3_SCHEME)
    with aws_errors(word):
        client = _s3_client(word)
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [
            _s3_object(client, bucket, item)
            for page in pages
            for item in page.get("Contents", ())
            if _is_log(item["Key"], prefix, item["Size"])
        ]


def _s3_client(word: str) -> Any:
    return optional_import("cloudpathlib", "aws", word).S3Client(**_NO_CACHE).client


def _s3_object(client: Any, bucket: str, item: dict[str, Any]) -> ChunkedFile:
    name = f"{S3_SCHEME}{bucket}/{item['Key']}"
    return ChunkedFile(name, item["Size"], partial(_s3_chunks, client, name, bucket, item))


def _s3_chunks(client: Any, name: str, bucket: str, item: dict[str, Any]) -> Chunks:
    with aws_errors(name):
        body = client.get_object(Bucket=bucket, Key=item["Key"], IfMatch=item["ETag"])["Body"]
        try:
            yield from body.iter_chunks(_S3_CHUNK)
        finally:
            body.close()


def find_azure_blobs(word: str) -> list[ChunkedFile]:
    """Return every blob of `az://CONTAINER/PREFIX`, sorted by name.

    The storage account is that of AZURE_STORAGE_CONNECTION_STRING, else AZURE_STORAGE_ACCOUNT_URL
    with whatever `DefaultAzureCredential` finds. A blob that has changed since is not read. An
    append blob, as diagnostic settings write them, is read as far as it was listed, even while
    Azure goes on appending.

    Raises:
        InputError: the extra `azure` is not installed, there are no credentials, or the container
            cannot be listed.
    """
    container, prefix = _split(word, AZURE_SCHEME)
    with azure_errors(word):
        client = _azure_client(word).get_container_client(container)
        listed = client.list_blobs(name_starts_with=prefix or None, include=["metadata"])
        return [
            _azure_blob(client, container, blob)
            for blob in listed
            if _is_log(blob.name, prefix, blob.size) and not _is_folder(blob)
        ]


def _azure_client(word: str) -> Any:
    identity = optional_import("azure.identity", "azure", word)
    cloudpathlib = optional_import("cloudpathlib", "azure", word)
    account = os.environ.get("AZURE_STORAGE_ACCOUNT_URL")
    try:
        if os.environ.get("AZURE_STORAGE_CONNECTION_STRING"):
            return cloudpathlib.AzureBlobClient(**_NO_CACHE).service_client
        if account:
            credential = identity.DefaultAzureCredential()
            return cloudpathlib.AzureBlobClient(account, credential, **_NO_CACHE).service_client
    except ValueError:
        # Its words may quote the value, which holds the account's key.
        raise InputError(
            f"{word}: AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT_URL is malformed;"
            " copy it from the storage account once more"
        ) from None
    raise InputError(
        f"{word}: no credentials for Azure; set AZURE_STORAGE_CONNECTION_STRING, or sign in"
        " with `az login` and set AZURE_STORAGE_ACCOUNT_URL (https://NAME.blob.core.windows.net)"
    )


def _azure_blob(client: Any, container: str, blob: Any) -> ChunkedFile:
    name = f"{AZURE_SCHEME}{container}/{blob.name}"
    return ChunkedFile(name, blob.size, partial(_azure_chunks, client, name, blob))


def _azure_chunks(client: Any, name: str, blob: Any) -> Chunks:
    with azure_errors(name):
        reader = client.get_blob_client(blob.name)
        for offset in range(0, blob.size, _AZURE_CHUNK):
            length = min(_AZURE_CHUNK, blob.size - offset)
            # `chunks()` of one download would insist on an unchanged ETag, and so fail on every
            # append blob that is still written to.
            chunk = reader.download_blob(
                offset, length, decompress=False, **_condition(blob)
            ).readall()
            if len(chunk) != length:
                raise InputError(f"{name}: became shorter since it was listed; read again")
            yield chunk


def _condition(blob: Any) -> dict[str, Any]:
    if blob.blob_type == "AppendBlob":
        return {}
    conditions = optional_import("azure.core", "azure", blob.name).MatchConditions
    return {"etag": blob.etag, "match_condition": conditions.IfNotModified}


def _is_folder(blob: Any) -> bool:
    """Return whether a blob is a folder, as accounts with a hierarchical namespace list them."""
    return (blob.metadata or {}).get("hdi_isfolder") == "true"


def _split(word: str, scheme: str) -> tuple[str, str]:
    first, _, prefix = word.removeprefix(scheme).partition("/")
    if not first:
        raise InputError(f"{word}: names no bucket or container; write `{scheme}NAME/PREFIX`")
    return first, prefix


def _is_log(key: str, prefix: str, size: int) -> bool:
    """Return whether an object is a log, as on disk: no folder, nothing hidden, no seal."""
    placeholder = key.endswith("/") and size == 0
    below = key.removeprefix(prefix)
    at_boundary = not prefix or prefix.endswith("/")
    hidden = "/." in (f"/{below}" if at_boundary else below)
    return not placeholder and not hidden and f"{SEAL_FOLDER}/" not in key

"""Log files in S3, as moto plays it, and in Azure Blob Storage, replayed at HTTP."""

import gzip
import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

import pytest

boto3 = pytest.importorskip("boto3", reason="needs the extra aws")
moto = pytest.importorskip("moto", reason="needs moto")
responses = pytest.importorskip("responses", reason="comes with moto")
pytest.importorskip("cloudpathlib", reason="needs the extra aws")

from kubewitness.errors import InputError  # noqa: E402 after the skip
from kubewitness.logs.inputs.chunks import open_chunks  # noqa: E402 likewise
from kubewitness.logs.inputs.find import LogFile, find_log_files  # noqa: E402 likewise

ZIPPED = gzip.compress(b'{"kind":"Event"}\n' * 100_000)
OBJECTS = {
    "prod/2026/b.json": b"b",
    "prod/2026/a.json.gz": ZIPPED,
    "prod/2026/.hidden": b"h",
    "prod/.kubewitness-seal/0001.json": b"s",
    ".top/f.json": b"f",
    "prod/2026/": b"",
    "prod-eu/c//d.json": b"d",
    "staging/e.json": b"e",
}


def name_and_size(files: list[LogFile]) -> dict[str, int | None]:
    """What is shown of each file, in order."""
    return {file.name.partition("://")[2]: file.size for file in files}


def fault(word: str) -> str:
    """The one fault of a word."""
    with pytest.raises(InputError) as caught:
        find_log_files([word])
    [found] = caught.value.faults
    assert "c2VjcmV0" not in found
    return found


# What a word finds, in either store.
SELECTIONS: list[tuple[str, dict[str, int]]] = [
    ("trail/prod/", {"trail/prod/2026/a.json.gz": len(ZIPPED), "trail/prod/2026/b.json": 1}),
    ("trail/prod/2026/b.json", {"trail/prod/2026/b.json": 1}),
    ("trail/prod/2026/.h", {"trail/prod/2026/.hidden": 1}),
    ("trail/prod-", {"trail/prod-eu/c//d.json": 1}),
    (
        "trail",
        {
            "trail/prod-eu/c//d.json": 1,
            "trail/prod/2026/a.json.gz": len(ZIPPED),
            "trail/prod/2026/b.json": 1,
            "trail/staging/e.json": 1,
        },
    ),
]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """The client of an S3 with the objects."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "c2VjcmV0")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with moto.mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="trail")
        for key, body in OBJECTS.items():
            client.put_object(Bucket="trail", Key=key, Body=body, ContentEncoding="gzip")
        yield client


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize(("word", "expected"), SELECTIONS)
def test_an_s3_prefix_is_every_key_that_begins_so(word: str, expected: dict[str, int]) -> None:
    """Sorted, with sizes; no folder's placeholder, nothing hidden, no seal, odd keys unchanged."""
    assert name_and_size(find_log_files([f"s3://{word}"])) == expected


@pytest.mark.usefixtures("bucket")
def test_bytes_from_s3_are_as_stored() -> None:
    """A content encoding is not undone: readers recognise compression by the bytes."""
    [zipped, _] = find_log_files(["s3://trail/prod/", "s3://trail/prod/2026/a"])
    with zipped.open() as stream:
        assert stream.read(10) + stream.read() == ZIPPED


@pytest.mark.usefixtures("bucket")
def test_closing_early_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A detector of formats reads a few bytes of each file."""
    closed: list[bool] = []
    monkeypatch.setattr("botocore.response.StreamingBody.close", lambda _: closed.append(True))
    [file] = find_log_files(["s3://trail/prod/2026/a"])
    with file.open() as stream:
        assert stream.read(2) == b"\x1f\x8b"
        assert not closed
    # The stream is still held here, so that it was its end that did this, not its disposal.
    assert closed
    assert stream.closed


def test_chunks_of_any_size_are_one_stream() -> None:
    """An empty chunk is not the end."""
    with open_chunks(part for part in (b"", b"a", b"", b"b" * 1_000_000, b"")) as stream:
        assert stream.read(2) == b"ab"
        assert stream.read() == b"b" * 999_999


def test_an_s3_bucket_of_many_objects_is_listed_whole(bucket: Any) -> None:
    """One answer of S3 holds a thousand."""
    for number in range(1_001):
        bucket.put_object(Bucket="trail", Key=f"many/{number:04}", Body=b"")
    assert len(find_log_files(["s3://trail/many/"])) == 1_001


def test_an_s3_object_that_changes_or_goes_is_a_fault(bucket: Any) -> None:
    """Bytes of two versions must not be read as one."""
    [changed, gone] = find_log_files(["s3://trail/prod/2026/b.json", "s3://trail/staging/"])
    bucket.put_object(Bucket="trail", Key="prod/2026/b.json", Body=b"B")
    bucket.delete_object(Bucket="trail", Key="staging/e.json")
    with pytest.raises(InputError, match=r"prod/2026/b\.json: the object has changed"):
        changed.open().read()
    with pytest.raises(InputError, match=r"staging/e\.json: the object is gone"):
        gone.open().read()


@pytest.mark.usefixtures("bucket")
def test_what_s3_does_not_have_is_a_fault() -> None:
    """A bucket, a prefix, a name; a seal is there, but holds no logs."""
    assert "no such file or folder" in fault("s3://trail/prod/.kubewitness-seal/")
    assert fault("s3://absent/x") == "s3://absent/x: there is no such bucket; check its name"
    assert fault("s3://trail/x").startswith("s3://trail/x: no such file or folder")
    assert fault("s3:///x").startswith("s3:///x: names no bucket")


Answer = tuple[int, dict[str, str], bytes]


class Container:
    """Azure's answers, by its REST API: List Blobs in pages of three, and Get Blob by range.

    See https://learn.microsoft.com/rest/api/storageservices/list-blobs and `get-blob`.
    """

    def __init__(self, blobs: Mapping[str, bytes], kind: str = "BlockBlob") -> None:
        self.blobs = dict(sorted(blobs.items()))
        self.kind = kind
        self.ranges: list[str] = []
        self.refusal: tuple[int, str] | None = None

    def answer(self, request: Any) -> Answer:
        """What Azure would answer."""
        if self.refusal:
            return self._error(*self.refusal)
        path = unquote(request.url.partition("?")[0]).partition(".windows.net/")[2]
        container, _, blob = path.partition("/")
        if container != "trail":
            return self._error(404, "ContainerNotFound")
        return self._get(blob, request.headers) if blob else self._list(request.params)

    def _error(self, status: int, code: str) -> Answer:
        body = f"<Error><Code>{code}</Code><Message>key c2VjcmV0</Message></Error>"
        return status, {"x-ms-error-code": code, "Content-Type": "application/xml"}, body.encode()

    def _list(self, query: dict[str, str]) -> Answer:
        prefix = query.get("prefix", "")
        names = [name for name in self.blobs if name.startswith(prefix)]
        start = int(query.get("marker", 0))
        rest = f"{start + 3}" if len(names) > start + 3 else ""
        found = "".join(self._blob(name) for name in names[start : start + 3])
        body = (
            '<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="trail">'
            f"<Prefix>{prefix}</Prefix><Blobs>{found}</Blobs><NextMarker>{rest}</NextMarker></EnumerationResults>"
        )
        return 200, {"Content-Type": "application/xml"}, body.encode()

    def _blob(self, name: str) -> str:
        folder = "<hdi_isfolder>true</hdi_isfolder>" if name.endswith("-folder") else ""
        return (
            f"<Blob><Name>{escape(name)}</Name><Properties><Etag>{self._etag(name)}</Etag>"
            f"<Content-Length>{len(self.blobs[name])}</Content-Length>"
            f"<BlobType>{self.kind}</BlobType></Properties><Metadata>{folder}</Metadata></Blob>"
        )

    def _get(self, name: str, headers: Mapping[str, str]) -> Answer:
        if headers.get("If-Match", self._etag(name)) != self._etag(name):
            return self._error(412, "ConditionNotMet")
        self.ranges.append(headers["x-ms-range"])
        first, last = (int(end) for end in re.findall(r"\d+", headers["x-ms-range"]))
        body = self.blobs[name]
        if first >= len(body):
            return self._error(416, "InvalidRange")
        part = body[first : last + 1]
        shown = f"bytes {first}-{first + len(part) - 1}/{len(body)}"
        kept = {"ETag": self._etag(name), "Content-Encoding": "gzip", "x-ms-blob-type": self.kind}
        return 206, {**kept, "Content-Range": shown, "Content-Length": str(len(part))}, part

    def _etag(self, name: str) -> str:
        return f'"{hash(self.blobs[name]):x}"'


Serve = Callable[[Container], Container]


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """A storage account that answers as the container given does."""
    pytest.importorskip("azure.storage.blob", reason="needs the extra azure")
    pytest.importorskip("azure.identity", reason="needs the extra azure")
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_URL", raising=False)
    monkeypatch.setenv(
        "AZURE_STORAGE_CONNECTION_STRING",
        "AccountName=audit;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net",
    )
    with responses.RequestsMock(assert_all_requests_are_fired=False) as http:

        def serve(container: Container) -> Container:
            address = re.compile(r"https://audit\.blob\.core\.windows\.net/")
            http.add_callback(responses.GET, address, callback=container.answer, content_type=None)
            return container

        yield serve


@pytest.mark.parametrize(("word", "expected"), SELECTIONS)
def test_an_azure_prefix_is_every_name_that_begins_so(
    azure: Serve, word: str, expected: dict[str, int]
) -> None:
    """As in S3; a folder of an account with a hierarchical namespace is a blob that is no log."""
    azure(Container({**OBJECTS, "prod/a-folder": b""}))
    assert name_and_size(find_log_files([f"az://{word}"])) == expected


@pytest.mark.parametrize("size", [0, 1, (8 << 20) - 1, 8 << 20, (8 << 20) + 1])
def test_bytes_from_azure_are_as_stored(azure: Serve, size: int) -> None:
    """Fetched piece by piece, and no content encoding is undone."""
    body = (ZIPPED * (size // len(ZIPPED) + 1))[:size]
    container = azure(Container({"a.json.gz": body}))
    [file] = find_log_files(["az://trail/a.json.gz"])
    with file.open() as stream:
        assert container.ranges == []
        assert stream.read() == body
    assert len(container.ranges) == -(-size // (8 << 20))


def test_an_append_blob_that_grows_is_read_as_listed(azure: Serve) -> None:
    """Diagnostic settings append to the blob of the present hour all the time."""
    container = azure(Container({"PT1H.json": b"a" * (9 << 20)}, "AppendBlob"))
    [file] = find_log_files(["az://trail/"])
    with file.open() as stream:
        first = stream.read(1)
        container.blobs["PT1H.json"] += b"b"
        assert first + stream.read() == b"a" * (9 << 20)


@pytest.mark.parametrize(
    ("kind", "body"),
    [("AppendBlob", b""), ("AppendBlob", b"ab"), ("BlockBlob", b"ab"), ("BlockBlob", b"bbbb")],
)
def test_an_azure_blob_that_is_replaced_is_a_fault(azure: Serve, kind: str, body: bytes) -> None:
    """Bytes of two versions must not be read as one."""
    container = azure(Container({"a": b"aaaa"}, kind))
    [file] = find_log_files(["az://trail/a"])
    container.blobs["a"] = body
    with pytest.raises(InputError, match=r"az://trail/a: .*since it was listed; read again"):
        file.open().read()


def test_an_account_without_key_is_read_by_entra_id(
    azure: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accounts that are in order admit no keys."""
    from azure.core.credentials import AccessToken  # noqa: PLC0415 an extra

    class Credential:
        def get_token(self, *_: str, **__: Any) -> AccessToken:
            return AccessToken("token", 1 << 40)

    monkeypatch.delenv("AZURE_STORAGE_CONNECTION_STRING")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_URL", "https://audit.blob.core.windows.net")
    monkeypatch.setattr("azure.identity.DefaultAzureCredential", Credential)
    azure(Container(OBJECTS))
    [file] = find_log_files(["az://trail/staging/"])
    with file.open() as stream:
        assert stream.read() == b"e"


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (401, "NoAuthenticationInformation", "Azure refuses the credentials"),
        (403, "AuthorizationPermissionMismatch", "needs the role `Storage Blob Data Reader`"),
        (409, "ContainerBeingDeleted", "Azure answers ResourceExistsError 409"),
    ],
)
def test_what_azure_refuses_is_explained_without_secrets(
    azure: Serve, status: int, code: str, expected: str
) -> None:
    """Azure's own words may hold signatures; they are neither repeated nor chained."""
    container = azure(Container({"x": b"x"}))
    [file] = find_log_files(["az://trail/x"])
    container.refusal = status, code
    assert expected in fault("az://trail/x")
    with pytest.raises(InputError, match=f"^az://trail/x: .*{expected}") as caught:
        file.open().read()
    assert "c2VjcmV0" not in "".join(traceback.format_exception(caught.value))


def test_what_azure_does_not_have_is_a_fault(azure: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container, a prefix, credentials."""
    azure(Container(OBJECTS))
    assert fault("az://absent").startswith("az://absent: no such container or blob")
    assert fault("az://trail/x").startswith("az://trail/x: no such file or folder")
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", "AccountKey=c2VjcmV0")
    assert "is malformed; copy it from the storage account" in fault("az://trail/x")
    monkeypatch.delenv("AZURE_STORAGE_CONNECTION_STRING")
    assert "no credentials for Azure; set AZURE_STORAGE_CONNECTION_STRING" in fault("az://trail/x")

"""The seal of log files: every later edit of them is found and located.

A manifest holds the hashes of the raw bytes and the hash of the manifest before it; the hash of the
newest one, the head, is what to keep where nobody who can write the logs can write.
"""

from kubewitness.seal.create import EditedError, attach_timestamp, create_seal
from kubewitness.seal.manifest import Manifest, ManifestError, SealedFile
from kubewitness.seal.result import (
    ByteRange,
    SealFinding,
    SealFindingKind,
    SealResult,
    VerifyResult,
)
from kubewitness.seal.verify import verify_seal

__all__ = [
    "ByteRange",
    "EditedError",
    "Manifest",
    "ManifestError",
    "SealFinding",
    "SealFindingKind",
    "SealResult",
    "SealedFile",
    "VerifyResult",
    "attach_timestamp",
    "create_seal",
    "verify_seal",
]

"""The seal of log files: every later edit of them is found and located.

A manifest contains the hashes of the raw bytes and the hash of the manifest before it. The hash of
the newest one is the head. Store it where no one who can write to the logs can write.
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

"""Ed25519 signatures of manifests, with the extra `seal`."""

from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)

from kubewitness.errors import InputError


def sign(data: bytes, key: Path, passphrase: str | None) -> bytes:
    """The signature of some bytes; what is wrong with a key is told without showing any of it.

    Args:
        data: what is signed.
        key: a PEM file with an Ed25519 private key.
        passphrase: of that key, where it is encrypted.
    """
    password = passphrase.encode() if passphrase else None
    try:
        loaded = load_pem_private_key(_read(key), password)
    except TypeError:
        # The library's word for a passphrase that is missing, and for one too many.
        problem = "has no passphrase" if password else "is encrypted, and no passphrase is given"
        raise InputError(f"{key}: the private key {problem}") from None
    except (ValueError, UnsupportedAlgorithm):
        raise InputError(f"{key}: no private key in PEM, or the wrong passphrase") from None
    if not isinstance(loaded, Ed25519PrivateKey):
        raise InputError(f"{key}: no Ed25519 private key: openssl genpkey -algorithm ed25519")
    return loaded.sign(data)


def load_public_key(path: Path) -> Ed25519PublicKey:
    """The public key in a PEM file."""
    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm):
        raise InputError(f"{path}: no public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise InputError(f"{path}: no Ed25519 public key: openssl pkey -in PRIVATE -pubout")
    return key


def is_signed(data: bytes, signature: bytes, keys: list[Ed25519PublicKey]) -> bool:
    """Whether one of the keys made the signature of these bytes."""
    for key in keys:
        try:
            key.verify(signature, data)
        except InvalidSignature:
            continue
        return True
    return False


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error

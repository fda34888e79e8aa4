"""The certificate that signs Content Credentials: made at first use, kept in the data folder, of no use elsewhere.

It names the program and nobody. Signing and checking ask no server; whoever checks on another computer can see that the
file is unchanged since it was signed, but not who signed it.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.errors import StorageError
from voiceclone.storage import disk

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.x509 import Certificate, CertificateBuilder, KeyUsage

FOLDER = "marking"
FILE = "signing.pem"
"""Private key, certificate and the certificate that issued it, readable by its owner only."""
_YEARS = 20
"""Our choice. Without a time server a signature is good for no longer than its certificate."""
_C2PA_CLAIM_SIGNING = "1.3.6.1.4.1.62558.2.1"
"""The purpose that the C2PA specification names; its reader wants e-mail protection beside it."""


@dataclass(frozen=True)
class Identity:
    """What signs, and what a signature is compared with."""

    key: bytes = field(repr=False)
    """PEM, PKCS #8, not encrypted."""
    chain: bytes
    """PEM: the signing certificate, then its issuer's."""
    issuer: str
    """PEM: the issuer's certificate; what it issued was signed here."""


def identity(data_dir: Path) -> Identity:
    """Return the identity of a data folder, made if there is none.

    A damaged one is put aside and made anew; what it signed then counts as signed elsewhere.

    Raises:
        StorageError: the disk is full or cannot be written.
    """
    import filelock

    path = data_dir / FOLDER / FILE
    with disk.storage_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with filelock.FileLock(path.with_suffix(".lock"), mode=0o600):
            found = existing_identity(data_dir)
            if found is None:
                if path.exists():
                    disk.move_into_place(path, path.with_suffix(".damaged.pem"))
                _write_private(path, _made())
                found = existing_identity(data_dir)
    if found is None:
        raise StorageError(f"“{path}” could not be read back after it was written. Check the disk, then try again.")
    return found


def existing_identity(data_dir: Path) -> Identity | None:
    """Return the identity of a data folder; None if there is none or it is damaged."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        content = (data_dir / FOLDER / FILE).read_bytes()
    except OSError:
        return None
    with suppress(ValueError, TypeError):
        key = serialization.load_pem_private_key(content, password=None)
        own, issuer = x509.load_pem_x509_certificates(content)
        if isinstance(key, ec.EllipticCurvePrivateKey) and own.public_key() == key.public_key():
            return Identity(_pem_of_key(key), _pem(own) + _pem(issuer), _pem(issuer).decode("ascii"))
    return None


def _made() -> bytes:
    """Return a new key with its certificates; the issuer's key is forgotten, so it issues nothing else."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    issuer_key, own_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _builder("VoiceClone issuer", issuer_key.public_key())
    own = _builder("VoiceClone on this computer", own_key.public_key())
    signed = (
        _for_signing(own, issuer_key.public_key()).sign(issuer_key, hashes.SHA256()),
        _for_issuing(issuer).sign(issuer_key, hashes.SHA256()),
    )
    return _pem_of_key(own_key) + b"".join(_pem(one) for one in signed)


def _builder(name: str, public: "EllipticCurvePublicKey") -> "CertificateBuilder":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    def named(common: str) -> x509.Name:
        organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "VoiceClone")
        return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, common)])

    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("VoiceClone issuer"))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _for_issuing(builder: "CertificateBuilder") -> "CertificateBuilder":
    from cryptography import x509

    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(
        _key_usage(issuing=True), critical=True
    )


def _for_signing(builder: "CertificateBuilder", issuer: "EllipticCurvePublicKey") -> "CertificateBuilder":
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    purposes = [ExtendedKeyUsageOID.EMAIL_PROTECTION, x509.ObjectIdentifier(_C2PA_CLAIM_SIGNING)]
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(issuing=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
    )


def _key_usage(*, issuing: bool) -> "KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not issuing,
        key_cert_sign=issuing,
        crl_sign=issuing,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: "Certificate") -> bytes:
    from cryptography.hazmat.primitives import serialization

    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_of_key(key: "EllipticCurvePrivateKey") -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, from its first byte on."""
    temporary = path.parent / f".part-{disk.new_id()}"
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        disk.move_into_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)

"""Content Credentials (C2PA): a signed statement inside a sound file about how it was made.

The library follows addresses it finds in files unless it is told not to; `_context` tells it. What else shaped this
module: it opens its destination first, so it never gets the file itself; it cannot sign a WAV whose header is still
open; the state it calls “Valid” holds for anybody's certificate, so a signature counts as ours only if our own issuer
stands behind it.
"""

import json
import mmap
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from voiceclone.errors import BaseModelError, StorageError
from voiceclone.marking.about import CONVERSION, PROGRAM, About, shown
from voiceclone.marking.certificate import Identity
from voiceclone.storage import disk
from voiceclone.version import __version__

if TYPE_CHECKING:
    import c2pa

_SPEECH_LABEL = "org.voiceclone.speech"
_SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_BY_MACHINE = "trainedAlgorithmicMedia"
"""IPTC's word for what a trained model made."""
_PARTLY = "compositeWithTrainedAlgorithmicMedia"
"""The same for a person's recording that a model changed."""
_MACHINE_SOURCES = {_BY_MACHINE, _PARTLY, "algorithmicMedia", "compositeSynthetic", "algorithmicallyEnhanced"}
_TRACE = b"c2pa"
"""A file with credentials holds it; looking for it takes milliseconds and saves loading the library."""


@dataclass(frozen=True)
class Credentials:
    """What the credentials in a file say, as far as it can be checked."""

    made_here: bool
    """Signed with the certificate of this data folder."""
    unchanged: bool
    """The sound is the one that was signed."""
    by_machine: bool
    """They say that a machine made it or took part."""
    program: str = ""
    voice: str = ""
    made_at: str = ""
    """ISO 8601 as written in the file; empty if it says nothing."""
    signed_by: str = ""
    """What the certificate calls itself; anybody may write anything there."""


def sign(path: Path, mime: str, about: About, identity: Identity) -> None:
    """Sign a finished sound file in place; its samples and tags stay as they are.

    Args:
        path: a WAV, FLAC or MP3 file that nobody else can see yet.
        mime: its type.
        about: what is said about it.
        identity: what signs it.

    Raises:
        BaseModelError: the library is not installed.
        StorageError: the disk is full, or the signed file does not hold the same sound.
    """
    import soundfile

    library = _library()
    signed = path.with_name(f".part-{disk.new_id()}{path.suffix}")
    try:
        information = library.C2paSignerInfo(b"es256", identity.chain, identity.key, None)
        with (
            library.Signer.from_info(information) as signer,
            library.Builder(_manifest(about), _context()) as builder,
            path.open("rb") as source,
            open(signed, "w+b", opener=disk.private_opener) as target,
        ):
            builder.sign(signer, mime, source, target)
        if soundfile.info(signed).frames != soundfile.info(path).frames:
            raise StorageError(f"“{path.name}” could not be signed without losing sound. Save it in another format.")
        disk.move_into_place(signed, path)
    except library.C2paError as error:
        raise StorageError(f"The sound could not be signed ({error}). Check the disk, then try again.") from error
    finally:
        signed.unlink(missing_ok=True)


def read(path: Path, identity: Identity | None) -> Credentials | None:
    """Return the credentials in a file of any kind; None if it holds none that can be read.

    Args:
        path: the file, from anybody.
        identity: what signs here; None if nothing was signed yet.
    """
    if not _has_trace(path):
        return None
    library = _library()
    with suppress(library.C2paError), path.open("rb") as file:
        mime = _mime(file)
        if mime is None:
            return None
        with library.Reader(mime, file, context=_context(identity)) as reader:
            return _said(json.loads(reader.json()))
    return None


def _manifest(about: About) -> dict[str, Any]:
    program = {"name": PROGRAM, "version": __version__}
    created = {
        "action": "c2pa.created",
        "digitalSourceType": _SOURCES + (_PARTLY if about.kind == CONVERSION else _BY_MACHINE),
        "softwareAgent": program,
        "when": about.made_at,
    }
    said = {"voice": about.voice, "made_at": about.made_at, "kind": about.kind}
    return {
        "claim_generator_info": [program],
        "title": about.title,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [created]}},
            {"label": _SPEECH_LABEL, "data": said},
        ],
    }


def _said(store: Any) -> Credentials | None:
    """Return what a manifest store says; nothing in it is trusted but the library's own judgement."""
    manifest = store.get("manifests", {}).get(store.get("active_manifest"))
    if not isinstance(manifest, dict):
        return None
    judged = store.get("validation_results", {}).get("activeManifest", {})
    good, bad = ({entry.get("code") for entry in judged.get(kind, [])} for kind in ("success", "failure"))
    data = {entry.get("label"): entry.get("data") for entry in manifest.get("assertions", [])}
    speech = data.get(_SPEECH_LABEL)
    speech = speech if isinstance(speech, dict) else {}
    signature = manifest.get("signature_info") or {}
    programs = manifest.get("claim_generator_info") or [{}]
    return Credentials(
        made_here={"signingCredential.trusted", "claimSignature.validated"} <= good,
        unchanged=not bad - {"signingCredential.untrusted"},
        by_machine=bool(_sources(data) & _MACHINE_SOURCES),
        program=shown(programs[0].get("name")),
        voice=shown(speech.get("voice")),
        made_at=shown(speech.get("made_at")),
        signed_by=shown(signature.get("common_name") or signature.get("issuer")),
    )


def _sources(assertions: dict[str, Any]) -> set[str]:
    """Return the kinds of source that the actions of a manifest name."""
    listed = [data for label, data in assertions.items() if str(label).startswith("c2pa.actions")]
    actions = [one for data in listed if isinstance(data, dict) for one in data.get("actions", [])]
    return {str(one.get("digitalSourceType", "")).rpartition("/")[2] for one in actions if isinstance(one, dict)}


def _has_trace(path: Path) -> bool:
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(_TRACE) >= 0
    except (OSError, ValueError):  # missing, or empty
        return False


def _mime(file: BinaryIO) -> str | None:
    """Return the type of a sound file by its first bytes, which are given back; None for others."""
    start = file.read(12)
    is_flac = start.startswith(b"fLaC")
    if start.startswith(b"ID3"):  # a signed FLAC has its credentials in an ID3 tag before its beginning
        size = sum((byte & 0x7F) << shift for byte, shift in zip(start[6:10], (21, 14, 7, 0), strict=True))
        file.seek(10 + size)
        is_flac = file.read(4) == b"fLaC"
    file.seek(0)
    if start.startswith(b"RIFF"):
        return "audio/wav"
    if is_flac:
        return "audio/flac"
    if start[4:8] == b"ftyp":
        return "audio/mp4"
    if start.startswith(b"ID3") or (len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0):
        return "audio/mpeg"
    return None


def _context(identity: Identity | None = None) -> "c2pa.Context":
    """Return the settings of the library: no network, and our own issuer as the only one that is trusted."""
    library = _library()
    settings: dict[str, Any] = {
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
        "builder": {"thumbnail": {"enabled": False}},
    }
    if identity is not None:
        settings["trust"] = {"user_anchors": identity.issuer}
    return library.Context(library.Settings.from_dict(settings))


def _library() -> Any:
    try:
        import c2pa
    except (ImportError, OSError, RuntimeError) as error:
        raise BaseModelError(
            "The part that signs speech (c2pa-python 0.38.1) is not installed or does not run on this computer. "
            "Run “make setup”, then try again."
        ) from error
    return c2pa

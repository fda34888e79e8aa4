"""The voice file format: its header, writing it, and validating untrusted files."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voiceclone.bases.abilities import ChecksVoiceFiles, HasWeightsHash
from voiceclone.bases.base import BaseModel
from voiceclone.bases.voice_numbers import read_numbers
from voiceclone.errors import VoiceFileError
from voiceclone.limits import MAX_NAME_CHARACTERS
from voiceclone.storage import disk
from voiceclone.storage.safetensors_file import is_whole
from voiceclone.voices import description_rules as rules

FORMAT = 1
METADATA_KEY = "voiceclone"
"""Key in the safetensors header that holds our description, as a JSON string."""
_LENGTH_BYTES = 8
_MAX_HEADER_BYTES = 1_000_000
_MAX_FORMAT = 1_000
_NAMELESS = "Voice"
_COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class Voice:
    """A voice as described by its file."""

    voice_id: str
    """The stem of the file name; not part of the description, so that a copy is a separate voice."""
    name: str
    language: str
    """The language of most of the recordings."""
    languages: tuple[str, ...]
    """Languages of the recordings; the base model may speak more."""
    base_id: str
    base_sha256: str
    base_licence: str
    created_at: str
    minutes: float
    """Wall-clock training time."""
    steps: int
    speech_s: float
    """Seconds of speech it was trained on."""
    seed: int = 0
    device: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    consent: bool = False
    consent_record: dict[str, Any] = field(default_factory=dict)
    """`{"given": True, "by": str, "statement": str, "at": ISO time}`, and `spoken`, `permission` or `refused`, see
    `voices.consent`."""
    imported: bool = False
    """It came from a file, so nobody here checked its consent."""
    size_mb: float = 0.0
    policy: str = ""
    """How it was trained: a `Policy`; `instant` for a voice made without training, empty in older files."""
    may_share: bool = True
    """False if the base model's licence forbids sharing the voice."""
    project_id: str | None = None
    """The project whose recordings it was made from, in the data folder where it was made; None in older files."""

    def __post_init__(self) -> None:
        """Raise `description_rules.OutOfRangeError`, a ValueError, for a field of the wrong kind or out of range."""
        rules.check_description(self)


def describe(voice: Voice) -> dict[str, Any]:
    """Return the description for the header of a voice file."""
    return {
        "format": FORMAT,
        "name": voice.name,
        "language": voice.language,
        "languages": list(voice.languages),
        "base": {"id": voice.base_id, "sha256": voice.base_sha256, "licence": voice.base_licence},
        "created_at": voice.created_at,
        "trained": {
            "minutes": round(voice.minutes, 2),
            "steps": voice.steps,
            "speech_s": round(voice.speech_s, 1),
            "seed": voice.seed,
            "device": voice.device,
            "policy": voice.policy,
        },
        "scores": voice.scores,
        "consent": voice.consent_record,
        "share": voice.may_share,
        "imported": voice.imported,
        "project": voice.project_id,
    }


def read_voice(path: Path) -> Voice:
    """Read the description of a voice file without its tensors.

    Raises:
        VoiceFileError: not a voice file of this program, damaged, or in a newer format.
    """
    header, _ = _read_header(path)
    text = header.get("__metadata__", {}).get(METADATA_KEY)
    if text is None:
        raise VoiceFileError(
            f"“{path.name}” is a safetensors file, but not a VoiceClone voice. Choose a file that VoiceClone exported."
        )
    try:
        return _parse(json.loads(text, parse_constant=_refuse_constant), path)
    except rules.OutOfRangeError as error:
        raise VoiceFileError(
            f"“{path.name}” cannot be used: {error}. It is damaged or was altered. Export the voice again where it "
            "came from, or make it again."
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise _damaged(path) from error


def is_described(path: Path) -> bool:
    """True for a file with our description in it, whether or not that is valid."""
    try:
        header, _ = _read_header(path)
    except VoiceFileError:
        return False
    return METADATA_KEY in header.get("__metadata__", {})


def name_in(path: Path) -> str:
    """Return the name in a voice file whose description may be wrong otherwise; "Voice" where there is none."""
    try:
        header, _ = _read_header(path)
        return _label(json.loads(header["__metadata__"][METADATA_KEY])["name"])
    except (VoiceFileError, KeyError, TypeError, ValueError, RecursionError):
        return _NAMELESS


def check_voice_file(path: Path, base: BaseModel) -> None:
    """Validate an untrusted voice file completely.

    Raises:
        VoiceFileError: it is too large, damaged, not a voice, made for another base model, or holds numbers that no
            voice has.
    """
    check_size(path, base.max_voice_mb)
    voice = read_voice(path)
    check_base(voice, base)
    if voice.language not in base.languages:
        raise _damaged(path)
    if not is_whole(path):
        raise _cut_off(path)
    read_numbers(path)
    if isinstance(base, ChecksVoiceFiles):
        base.check_voice_file(path)


def check_size(path: Path, max_mb: int) -> None:
    """Raise `VoiceFileError` if a file is larger than a voice can be, without reading it."""
    size_mb = path.stat().st_size / 1e6
    if size_mb > max_mb:
        raise VoiceFileError(
            f"“{path.name}” has {size_mb:.0f} MB; a voice has at most {max_mb} MB. "
            "Choose a file that VoiceClone exported."
        )


def check_base(voice: Voice, base: BaseModel) -> None:
    """Raise `VoiceFileError` unless `voice` was made for exactly this base model."""
    if voice.base_id != base.base_id:
        raise VoiceFileError(
            f"The voice “{voice.name}” was made for the base model “{voice.base_id}”, and this is "
            f"“{base.base_id}”. Use it where that base is installed, or train it again here."
        )
    expected = base_sha256(base)
    if expected and voice.base_sha256 != expected:
        raise VoiceFileError(
            f"The voice “{voice.name}” was made for other weights of “{base.base_id}” than the ones "
            "installed here. Install the same weights, or train the voice again."
        )


def base_sha256(base: BaseModel) -> str:
    """Return the hash of a base's weights, or nothing for a base that has none."""
    return str(base.weights_sha256 or "") if isinstance(base, HasWeightsHash) else ""


def _parse(description: dict[str, Any], path: Path) -> Voice:
    if rules.whole_number(description["format"], "the number of its format", _MAX_FORMAT) > FORMAT:
        raise VoiceFileError(f"“{path.name}” was made by a newer VoiceClone. Update this one, then try again.")
    trained, base, consent = description["trained"], description["base"], description["consent"]
    if not isinstance(description["languages"], list):
        raise TypeError("expected a list")
    return Voice(
        voice_id=path.stem,
        name=_label(description["name"]),
        language=description["language"],
        languages=tuple(description["languages"]),
        base_id=base["id"],
        base_sha256=base["sha256"],
        base_licence=base["licence"],
        created_at=rules.moment(description["created_at"], "its date"),
        minutes=rules.number(trained["minutes"], "its training time", 0.0, rules.MAX_TRAINED_MINUTES),
        steps=trained["steps"],
        speech_s=rules.number(trained["speech_s"], "the speech it learnt from", 0.0, rules.MAX_LEARNT_SPEECH_S),
        seed=trained["seed"],
        device=trained["device"],
        policy=trained.get("policy", ""),
        scores=rules.scores(description["scores"]),
        consent=consent.get("given") is True,
        consent_record=rules.record(consent, "its record of consent"),
        imported=description.get("imported", False) is True,
        size_mb=round(path.stat().st_size / 1e6, 2),
        may_share=description.get("share", True) is True,
        project_id=made_from if disk.is_id(made_from := description.get("project")) else None,
    )


def _label(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a text")
    # The file is untrusted, so only what a list can display is kept.
    shown = "".join(letter if letter.isprintable() else " " for letter in value[: 10 * MAX_NAME_CHARACTERS])
    return " ".join(shown.split())[:MAX_NAME_CHARACTERS].strip() or _NAMELESS


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _read_header(path: Path) -> tuple[dict[str, Any], int]:
    """Return the header and the offset of the tensor data (an 8-byte little-endian length, then JSON)."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
            if not 2 <= length <= min(_MAX_HEADER_BYTES, path.stat().st_size - _LENGTH_BYTES):
                raise _damaged(path)
            header = json.loads(file.read(length))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path) from error
    if not isinstance(header, dict) or not isinstance(header.get("__metadata__", {}), dict):
        raise _damaged(path)
    return header, _LENGTH_BYTES + length


def copy_with_description(source: Path, target: Path, description: dict[str, Any]) -> None:
    """Copy a safetensors file with another description in its header; `target` is replaced atomically."""
    # Only the header is rewritten. Its offsets count from its own end, so the tensor data is copied as it is,
    # whatever its type, without importing numpy or torch.
    header, data_begin = _read_header(source)
    text = json.dumps(description, ensure_ascii=False)
    header["__metadata__"] = header.get("__metadata__", {}) | {METADATA_KEY: text}
    encoded = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    encoded += b" " * (-len(encoded) % _LENGTH_BYTES)
    with disk.atomic_file(target) as temporary, temporary.open("wb") as written, source.open("rb") as read:
        written.write(len(encoded).to_bytes(_LENGTH_BYTES, "little") + encoded)
        read.seek(data_begin)
        shutil.copyfileobj(read, written, _COPY_BYTES)


def _damaged(path: Path) -> VoiceFileError:
    return VoiceFileError(
        f"“{path.name}” is not a voice file, or it is damaged. Export it again where it came from, "
        "or choose another file."
    )


def _cut_off(path: Path) -> VoiceFileError:
    """Return the error for a voice whose description is complete but whose tensors are truncated."""
    header, begin = _read_header(path)
    ends = [tensor["data_offsets"][1] for name, tensor in header.items() if _has_offsets(name, tensor)]
    whole, there = begin + max(ends, default=0), path.stat().st_size
    if there >= whole:
        return _damaged(path)
    return VoiceFileError(
        f"“{path.name}” is a voice that is cut off: {there / 1e6:.2f} of {whole / 1e6:.2f} MB are there. Copy or "
        "export it again."
    )


def _has_offsets(name: str, tensor: Any) -> bool:
    offsets = tensor.get("data_offsets") if name != "__metadata__" and isinstance(tensor, dict) else None
    return isinstance(offsets, list) and len(offsets) == 2 and all(type(offset) is int for offset in offsets)

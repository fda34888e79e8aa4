"""Voice files: what their header says, and listing, installing, exporting, importing and deleting them."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from voiceclone import store
from voiceclone.bases.base import BaseModel
from voiceclone.errors import NotFoundError, VoiceFileError
from voiceclone.limits import MAX_VOICE_FILE_MB

FORMAT = 1
METADATA_KEY = "voiceclone"
"""The one string of the safetensors header that holds our description, as JSON."""
_LENGTH_BYTES = 8
_MAX_HEADER_BYTES = 4_000_000
_COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class Voice:
    """One voice as its file describes it."""

    voice_id: str
    """The stem of the file; not part of the description, so a copy is a voice of its own."""
    name: str
    language: str
    """The language of most of the recordings."""
    languages: tuple[str, ...]
    """Languages of the recordings; the base may speak more."""
    base_id: str
    base_sha256: str
    base_licence: str
    created_at: str
    minutes: float
    """Length of the training on the clock."""
    steps: int
    speech_s: float
    """Speech learnt from, seconds."""
    seed: int = 0
    device: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    consent: bool = False
    consent_record: dict[str, Any] = field(default_factory=dict)
    """`{"given": True, "by": str, "statement": str, "at": ISO time}`."""
    size_mb: float = 0.0


class VoiceShelf:
    """The voices in a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "voices"

    def voices(self) -> list[Voice]:
        """Return every readable voice, the newest first."""
        found = []
        for path in self._folder.glob("*.safetensors"):
            if not store.is_id(path.stem):
                continue
            try:
                found.append(read_voice(path))
            except VoiceFileError:
                continue  # `voice` tells what is wrong with it when it is asked for by its id
        return sorted(found, key=lambda voice: (voice.created_at, voice.voice_id), reverse=True)

    def voice(self, id_or_name: str) -> Voice:
        """Return one voice, by its id or its name.

        Raises:
            NotFoundError: no voice is called so, or more than one is.
            VoiceFileError: its file is damaged.
        """
        if store.is_id(id_or_name):
            return read_voice(self.path(id_or_name))
        known = self.voices()
        wanted = str(id_or_name).strip()
        same = [voice for voice in known if voice.name == wanted]
        same = same or [voice for voice in known if voice.name.casefold() == wanted.casefold()]
        if len(same) == 1:
            return same[0]
        if same:
            ids = ", ".join(voice.voice_id for voice in same)
            raise NotFoundError(f"{len(same)} voices are called “{wanted}”; name one by its id: {ids}.")
        names = ", ".join(f"“{voice.name}”" for voice in known)
        hint = f"You have {names}." if known else "Train one first, or import a voice file."
        raise NotFoundError(f"There is no voice called “{wanted}”. {hint}")

    def path(self, voice_id: str) -> Path:
        """Return the file of a voice.

        Raises:
            NotFoundError: there is no such voice.
        """
        path = self._path(voice_id)
        if not path.is_file():
            raise NotFoundError("That voice is no longer there; choose one from the list.")
        return path

    def install(self, tensors_path: Path, voice: Voice) -> Voice:
        """Put the tensors a base wrote on the shelf, described by `voice`; replaces the same id."""
        name = self._free_name(voice.name, but=voice.voice_id)
        return self._write(tensors_path, replace(voice, name=name))

    def export(self, voice_id: str, target: Path) -> Path:
        """Copy a voice to `target` (a folder gets a file named after the voice); return where it lies."""
        source = self.path(voice_id)
        if target.is_dir():
            target = target / f"{_file_stem(read_voice(source).name)}.safetensors"
        with store.atomic_file(target) as temporary:
            shutil.copyfile(source, temporary)
        return target

    def import_voice(self, source: Path, base: BaseModel) -> Voice:
        """Check a voice file from elsewhere and put a copy on the shelf under a new id.

        Raises:
            NotFoundError: there is no such file.
            VoiceFileError: it is no voice file, too large, damaged, or made for another base.
        """
        if not source.is_file():
            raise NotFoundError(f"There is no file “{source}”. Choose a voice file (.safetensors).")
        check_voice_file(source, base)
        voice = read_voice(source)
        voice = replace(voice, voice_id=store.new_id(), name=self._free_name(voice.name))
        return self._write(source, voice)

    def rename(self, voice_id: str, name: str) -> Voice:
        """Give a voice another name; the sound stays as it is."""
        path = self.path(voice_id)
        name = self._free_name(store.clean_name(name, "voice name"), but=voice_id)
        return self._write(path, replace(read_voice(path), name=name))

    def delete(self, voice_id: str) -> None:
        """Delete a voice for good."""
        path = self.path(voice_id)
        with store.storage_errors(path):
            path.unlink(missing_ok=True)

    def _path(self, voice_id: str) -> Path:
        if not store.is_id(voice_id):
            raise NotFoundError("That voice is not one of yours; choose it from the list.")
        return store.safe_path(self._folder, f"{voice_id}.safetensors")

    def _write(self, tensors_path: Path, voice: Voice) -> Voice:
        target = self._path(voice.voice_id)
        _copy_with_description(tensors_path, target, describe(voice))
        return read_voice(target)

    def _free_name(self, name: str, but: str | None = None) -> str:
        taken = {voice.name.casefold() for voice in self.voices() if voice.voice_id != but}
        candidate, number = name, 2
        while candidate.casefold() in taken:
            candidate, number = f"{name} ({number})", number + 1
        return candidate


def describe(voice: Voice) -> dict[str, Any]:
    """Return the description that goes into the header of a voice file."""
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
        },
        "scores": voice.scores,
        "consent": voice.consent_record,
    }


def read_voice(path: Path) -> Voice:
    """Read the description of a voice file; tensors are not touched.

    Raises:
        VoiceFileError: it is no voice file of this program, damaged, or of a newer format.
    """
    header, _ = _read_header(path)
    text = header.get("__metadata__", {}).get(METADATA_KEY)
    if text is None:
        raise VoiceFileError(
            f"“{path.name}” is a safetensors file, but not a VoiceClone voice. "
            "Choose a file that VoiceClone exported."
        )
    try:
        return _parse(json.loads(text), path)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(path) from error


def check_voice_file(path: Path, base: BaseModel) -> None:
    """Check everything about a voice file that may come from anywhere.

    Raises:
        VoiceFileError: too large, damaged, not a voice, or made for another base.
    """
    size_mb = path.stat().st_size / 1e6
    if size_mb > MAX_VOICE_FILE_MB:
        raise VoiceFileError(
            f"“{path.name}” has {size_mb:.0f} MB; a voice has at most {MAX_VOICE_FILE_MB} MB. "
            "Choose a file that VoiceClone exported."
        )
    voice = read_voice(path)
    check_base(voice, base)
    from safetensors import SafetensorError, safe_open

    try:
        # The library checks every offset and length against the file, so a cut file is found here.
        with safe_open(path, framework="np") as opened:
            opened.keys()
    except (SafetensorError, OSError) as error:
        raise _damaged(path) from error
    base_check = getattr(base, "check_voice_file", None)
    if base_check is not None:
        base_check(path)


def check_base(voice: Voice, base: BaseModel) -> None:
    """Raise `VoiceFileError` unless `voice` was made for exactly this base."""
    expected = base_sha256(base)
    if voice.base_id != base.base_id:
        raise VoiceFileError(
            f"The voice “{voice.name}” was made for the base model “{voice.base_id}”, and this is "
            f"“{base.base_id}”. Use it where that base is installed, or train it again here."
        )
    if expected and voice.base_sha256 != expected:
        raise VoiceFileError(
            f"The voice “{voice.name}” was made for other weights of “{base.base_id}” than the ones "
            "installed here. Install the same weights, or train the voice again."
        )


def base_sha256(base: BaseModel) -> str:
    """Return the hash of a base's weights, or nothing for a base that has none."""
    return str(getattr(base, "weights_sha256", "") or "")


def _parse(description: dict[str, Any], path: Path) -> Voice:
    if int(description["format"]) > FORMAT:
        raise VoiceFileError(
            f"“{path.name}” was made by a newer VoiceClone. Update this one, then try again."
        )
    trained, base, consent = description["trained"], description["base"], description["consent"]
    scores = {str(name): float(value) for name, value in description["scores"].items()}
    return Voice(
        voice_id=path.stem,
        name=str(description["name"])[:200],
        language=str(description["language"]),
        languages=_strings(description["languages"]),
        base_id=str(base["id"]),
        base_sha256=str(base["sha256"]),
        base_licence=str(base["licence"]),
        created_at=str(description["created_at"]),
        minutes=float(trained["minutes"]),
        steps=int(trained["steps"]),
        speech_s=float(trained["speech_s"]),
        seed=int(trained["seed"]),
        device=str(trained["device"]),
        scores=scores,
        consent=consent.get("given") is True,
        consent_record=dict(consent),
        size_mb=round(path.stat().st_size / 1e6, 2),
    )


def _strings(value: Sequence[object]) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("expected a list")
    return tuple(str(item) for item in value)


def _read_header(path: Path) -> tuple[dict[str, Any], int]:
    """Return the header and where the tensors' bytes begin (8 bytes of length, little endian, then JSON)."""
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


def _copy_with_description(source: Path, target: Path, description: dict[str, Any]) -> None:
    # Only the header is written anew: offsets in it count from its own end, so the tensors' bytes
    # are copied as they are, whatever their type, without loading numpy or torch.
    header, data_begin = _read_header(source)
    text = json.dumps(description, ensure_ascii=False)
    header["__metadata__"] = header.get("__metadata__", {}) | {METADATA_KEY: text}
    encoded = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    encoded += b" " * (-len(encoded) % _LENGTH_BYTES)
    with store.atomic_file(target) as temporary, temporary.open("wb") as written, source.open("rb") as read:
        written.write(len(encoded).to_bytes(_LENGTH_BYTES, "little") + encoded)
        read.seek(data_begin)
        shutil.copyfileobj(read, written, _COPY_BYTES)


def _damaged(path: Path) -> VoiceFileError:
    return VoiceFileError(
        f"“{path.name}” is not a voice file, or it is damaged. Export it again where it came from, "
        "or choose another file."
    )


def _file_stem(name: str) -> str:
    kept = "".join(letter if letter.isalnum() or letter in " -_()" else "_" for letter in name)
    return kept.strip() or "voice"

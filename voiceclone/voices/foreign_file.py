"""Identify files that were mistaken for voice files, so that the user learns where they belong.

Nothing is decoded or unpacked: at most `_HEAD_BYTES` are read, and the list of names of a zip file.
"""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from voiceclone.errors import VoiceFileError
from voiceclone.limits import MAX_VOICE_FILE_MB
from voiceclone.wording import count

_HEAD_BYTES = 65_536
_NAMES_READ = 2_000
"""Names examined in a zip file; more would say nothing new."""
_LENGTH_BYTES = 8
_LONGEST_HEADER_BYTES = 4_000_000
"""No safetensors file has a longer header; that of the bundled base model has 60,000 bytes."""
_STYLE_TABLE_BYTES = {rows * 256 * 4 for rows in (510, 511)}
"""Sizes of a Kokoro voice pack as raw float32 values: (510, 256), in the first release (511, 256)."""

_LARGEST_VOICE_BYTES = MAX_VOICE_FILE_MB * 1_000_000
_OPTIMIZER = "optimizer."
"""Beginning of the names of what only a checkpoint holds (`bases.run.checkpoint`)."""
_VOICE_TENSORS = {"style", "speaker", "gpt_cond_latent", "matching_set"}
"""Tensors that describe a speaker in the voices of our bases."""

_SOUNDS: Sequence[tuple[int, bytes, str]] = (
    (8, b"WAVE", "WAV"),
    (8, b"AIFF", "AIFF"),
    (8, b"AIFC", "AIFF"),
    (0, b"fLaC", "FLAC"),
    (0, b"OggS", "OGG"),
    (0, b"ID3", "MP3"),
    (0, b"#!AMR", "AMR"),
    (0, b"caff", "CAF"),
    (0, b"wvpk", "WavPack"),
    (0, b"MAC ", "APE"),
    (0, b".snd", "AU"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "WMA"),
    (0, b"\x1aE\xdf\xa3", "WebM or MKV"),
    (4, b"ftypqt", "MOV"),
    (4, b"ftypM4A", "M4A"),
    (8, b"AVI ", "AVI"),
    (0, b"FLV", "FLV"),
)
"""(offset, bytes, common name)."""
_PICTURES: Sequence[tuple[int, bytes, str]] = (
    (0, b"\x89PNG", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"GIF8", "GIF"),
    (8, b"WEBP", "WebP"),
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypavif", "AVIF"),
    (0, b"8BPS", "Photoshop"),
    (0, b"\0\0\1\0", "icon"),
)
_SOUND_SUFFIXES = {".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".wma", ".aif", ".aiff", ".amr", ".webm"}
_MODEL_SUFFIXES = {".onnx", ".gguf", ".ggml", ".tflite", ".h5", ".hdf5", ".keras", ".pb", ".mlmodel"}

_NO_VOICE = "Only files that VoiceClone exported are voices."
_TRAIN_FROM = "Add it to a person's recordings, and train a voice from them."


def not_a_voice_error(path: Path) -> VoiceFileError:
    """Return an error that says what a file is, if not a voice, and where it belongs.

    Args:
        path: an existing file or folder that `voice_file.read_voice` cannot read.
    """
    if path.is_dir():
        return VoiceFileError(f"“{path.name}” is a folder. Choose the voice file in it (.safetensors).")
    if not path.is_file():  # a pipe or a device, which reading might wait for
        return VoiceFileError(f"“{path.name}” is no ordinary file. Choose a voice file (.safetensors).")
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        why = error.strerror or error
        return VoiceFileError(f"“{path.name}” cannot be read ({why}). Copy it to another place, and import the copy.")
    if not head:
        return VoiceFileError(f"“{path.name}” is empty (0 bytes). Copy or export it again.")
    finding = _archive(path, head) or _tensors(path, head, size) or _known_format(path, head, size) or _text_kind(head)
    finding = finding or f"is not a kind of file that VoiceClone knows. {_NO_VOICE}"
    return VoiceFileError(f"“{path.name}” {finding}")


def _known_format(path: Path, head: bytes, size: int) -> str:
    """Identify formats by their magic bytes, or by a characteristic size."""
    sound = _marked(head, _SOUNDS)
    if not sound and head[4:8] == b"ftyp" and not _marked(head, _PICTURES):
        sound = "MP4"
    if not sound and head[0] == 0xFF and len(head) > 1:
        sound = "MP3" if head[1] & 0xE6 == 0xE2 else "AAC" if head[1] & 0xF6 == 0xF0 else ""  # frames without a header
    if sound:
        return f"is a recording ({sound}), not a voice. {_TRAIN_FROM}"
    picture = _marked(head, _PICTURES)
    if picture and not (picture == "BMP" and size != int.from_bytes(head[2:6], "little")):
        return f"is a picture ({picture}), not a voice. {_NO_VOICE}"
    if head.startswith(b"%PDF"):
        return f"is a PDF document, not a voice. {_NO_VOICE}"
    if size in _STYLE_TABLE_BYTES and path.suffix.casefold() != ".safetensors":
        return _kokoro_pack()
    if head[0] == 0x80 and len(head) > 1 and head[1] <= 5:
        return _checkpoint()
    if head.startswith((b"GGUF", b"\x89HDF")) or path.suffix.casefold() in _MODEL_SUFFIXES:
        return _other_model()
    if head[0] == 0x08 and head[1:2] <= b"\x14" and (b"pytorch" in head[:64] or b"onnx" in head[:4096].lower()):
        return _other_model()
    if head[:3] == b"\x1f\x8b\x08" or head[:6] in (b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07") or head[257:262] == b"ustar":
        return f"is a packed archive, not a voice. Unpack it, and import the voice file in it. {_NO_VOICE}"
    return ""


def _archive(path: Path, head: bytes) -> str:
    """Identify the content of a zip file by its names alone."""
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()[:_NAMES_READ]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return f"is a zip file that is cut off or damaged, not a voice. Copy it again. {_NO_VOICE}"
    names = [PurePosixPath(member.filename) for member in members]
    suffixes = {name.suffix.casefold() for name in names}
    if any(name.name == "data.pkl" for name in names):
        sizes = {member.file_size for member in members if PurePosixPath(member.filename).parent.name == "data"}
        return _kokoro_pack() if len(sizes) == 1 and sizes <= _STYLE_TABLE_BYTES else _checkpoint()
    if suffixes == {".npy"}:
        tables = count(len(names), "table")
        return f"holds {tables} of numbers (NPZ), for example Kokoro's voice packs. {_pack_advice()}"
    if suffixes & _SOUND_SUFFIXES:
        return (
            "is a zip file of recordings, not a voice. Add it to a person's recordings as it is, and train a voice "
            "from them."
        )
    if any(name.name == "config.json" for name in names) and suffixes & {".pth", ".pt", ".bin", ".safetensors"}:
        return f"is a zip file with a model of another program (Coqui, for example), not a voice. {_base_advice()}"
    if ".safetensors" in suffixes:
        return "is a zip file with a voice or a model in it. Unzip it, and import the .safetensors file."
    if any(name.name == "[Content_Types].xml" for name in names):
        return f"is an Office document, not a voice. {_NO_VOICE}"
    return f"is a zip file without a voice in it. {_NO_VOICE}"


def _tensors(path: Path, head: bytes, size: int) -> str:
    """Identify a safetensors file that is not a voice, or is truncated."""
    length = int.from_bytes(head[:_LENGTH_BYTES], "little")
    if head[_LENGTH_BYTES : _LENGTH_BYTES + 1] != b"{" or not 2 <= length <= _LONGEST_HEADER_BYTES:
        return ""
    if size < _LENGTH_BYTES + length:
        return "is cut off: not even its description is whole. Copy or export it again."
    with path.open("rb") as file:
        file.seek(_LENGTH_BYTES)
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError):
            return "is a damaged safetensors file. Copy or export it again."
    if not isinstance(header, dict):
        return "is a damaged safetensors file. Copy or export it again."
    names = [name for name in header if name != "__metadata__"]
    if any(name.startswith(_OPTIMIZER) for name in names):
        return (
            "is the saved state of a training (a checkpoint), not a voice. It belongs in the folder of its run: "
            "continue that training, and export the voice it ends with."
        )
    if not _VOICE_TENSORS.isdisjoint(names) and size < _LARGEST_VOICE_BYTES:
        return (
            "holds the numbers of a voice without its description, as the folder of a training does. Export the voice "
            "instead, where it was made (in the terminal: python -m voiceclone export), and import that file."
        )
    return f"holds the weights of a model ({count(len(names), 'tensor')}), not a voice. {_base_advice()}"


def _text_kind(head: bytes) -> str:
    """Identify the kind of a text file."""
    try:
        words = head[:4096].decode("utf-8", errors="strict" if len(head) <= 4096 else "ignore")
    except UnicodeDecodeError:
        return ""
    if any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in words):
        return ""
    begin = words.lstrip("\ufeff \t\r\n").casefold()
    if begin.startswith("version https://git-lfs"):
        return "only points to the real file (Git LFS). Get that one: in its folder, run “git lfs pull”."
    if begin.startswith(("<!doctype html", "<html")):
        return "is a web page, not a voice: the download did not work. Download the voice file again."
    if begin.startswith("<svg") or (begin.startswith("<?xml") and "<svg" in begin):
        return f"is a picture (SVG), not a voice. {_NO_VOICE}"
    if begin.startswith(("{", "[")):
        return f"is a JSON file, not a voice: the settings of some model, perhaps. {_NO_VOICE}"
    lines = [line for line in words.splitlines() if line.strip()]
    if lines and all(any(mark in line for mark in "|\t,;") for line in lines[:3]):
        return (
            "is a table of texts, not a voice. It goes with recordings: add it together with them, as the file with "
            "the words."
        )
    return f"is a text, not a voice. To hear it, let a voice speak it. {_NO_VOICE}"


def _marked(head: bytes, marks: Sequence[tuple[int, bytes, str]]) -> str:
    for place, mark, name in marks:
        if head[place : place + len(mark)] == mark:
            return name
    return ""


def _checkpoint() -> str:
    return (
        "is a training checkpoint (PyTorch), not a voice; it may hold programs, so it was not opened. VoiceClone "
        "cannot use voices of other programs; train one from recordings."
    )


def _kokoro_pack() -> str:
    return f"is a Kokoro voice pack, not a voice of VoiceClone. {_pack_advice()}"


def _pack_advice() -> str:
    return (
        "Kokoro's own voices are stock voices here and need not be imported; all of them come with the official "
        "weights (in the terminal: python -m voiceclone setup --official)."
    )


def _other_model() -> str:
    return f"is a model of another program, not a voice. {_base_advice()}"


def _base_advice() -> str:
    return "Base models are not imported; get one by its name from the list of models. Import a voice file here."

"""Names of recordings: their suffixes, and when two names refer to the same recording."""

import unicodedata
from pathlib import PurePosixPath

SOUND_SUFFIXES = frozenset(
    f".{ending}"
    for ending in (
        *("wav", "flac", "mp3", "ogg", "oga", "opus", "m4a", "mp4", "aac", "webm", "aif", "aiff"),
        *("wma", "mka", "amr", "caf", "au", "w64"),
        *("mov", "mkv", "avi", "mpg", "mpeg", "wmv", "flv", "m4v", "ts", "mts", "m2ts", "vob", "3gp", "3g2"),
    )
)
_KEPT_BY_BROWSERS = "._-, "


def has_sound_suffix(name: str) -> bool:
    """True for `take 1.WAV`, with or without folders."""
    before, dot, ending = name.strip().rpartition(".")
    return bool(before) and dot + ending.casefold() in SOUND_SUFFIXES


def parts_of(name: str) -> tuple[str, ...]:
    """Return folders and file of a path from any system in comparable form: `D:\\Été\\A.wav` is d:, été, a.wav."""
    composed = unicodedata.normalize("NFC", name.strip().replace("\\", "/"))  # macOS stores é decomposed
    return PurePosixPath(composed.casefold()).parts


def stem_of(name: str) -> str:
    """Return a comparable name without an audio suffix; other suffixes are part of it (`v1.2`)."""
    suffix = PurePosixPath(name).suffix
    return name.removesuffix(suffix) if suffix in SOUND_SUFFIXES else name


def as_uploaded(stem: str) -> str:
    """Return the name as it is after an upload: Gradio's server drops characters such as & and #."""
    return "".join(sign for sign in stem if sign.isalnum() or sign in _KEPT_BY_BROWSERS).strip()

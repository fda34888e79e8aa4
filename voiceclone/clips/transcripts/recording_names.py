"""Names of recordings: which endings they have, and when two names mean the same recording."""

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
    """True for `take 1.WAV`, with folders or without."""
    before, dot, ending = name.strip().rpartition(".")
    return bool(before) and dot + ending.casefold() in SOUND_SUFFIXES


def parts_of(name: str) -> tuple[str, ...]:
    """Return folders and file of a name from any system, as they are compared: `D:\\Été\\A.wav` is d:, été, a.wav."""
    composed = unicodedata.normalize("NFC", name.strip().replace("\\", "/"))  # a Macintosh takes é apart
    return PurePosixPath(composed.casefold()).parts


def stem_of(name: str) -> str:
    """Return a compared name without the ending of a recording; other endings belong to it (`v1.2`)."""
    suffix = PurePosixPath(name).suffix
    return name.removesuffix(suffix) if suffix in SOUND_SUFFIXES else name


def uploaded(stem: str) -> str:
    """Return what is left of a name after an upload: the page's server takes out characters such as & and #."""
    return "".join(sign for sign in stem if sign.isalnum() or sign in _KEPT_BY_BROWSERS).strip()

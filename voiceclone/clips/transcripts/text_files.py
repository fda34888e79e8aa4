"""Read text files in whatever encoding people's programs write them."""

import codecs
from pathlib import Path

from voiceclone.errors import TextError

MAX_TEXT_FILE_MB = 50
_EIGHT_BIT = ("cp1252", "mac_roman", "cp850")
"""Western Windows, Mac and MS-DOS, as Excel offers them; the likeliest reading wins, the first in case of a tie."""
_LETTERS = frozenset("áàâäãåæçéèêëíìîïñóòôöõøœúùûüýÿßªº")
_MARKS = frozenset("“”‘’„‚«»‹›…–—¿¡€£°·•©®™§½¼¾×²³¹ \u00a0")
_UTF_16_ZERO_SHARE = 0.1
"""Share of zero bytes on one side of UTF-16: nearly 1 for Western text; in Hindi only spaces and Latin names."""


def read_text_file(path: Path) -> str:
    """Return the content of a text file.

    Detects UTF-8 and UTF-16, with or without a byte-order mark; otherwise picks the likeliest eight-bit encoding.

    Raises:
        TextError: the file is missing, too large, locked, or not text.
    """
    if not path.is_file():
        raise TextError(f"There is no file “{path.name}”. Choose it again.")
    if path.stat().st_size > MAX_TEXT_FILE_MB * 1_000_000:
        raise TextError(f"“{path.name}” is larger than {MAX_TEXT_FILE_MB} MB. Give a table of texts, not a recording.")
    try:
        content = path.read_bytes()
    except OSError as error:  # on Windows also if another program has locked it
        raise TextError(
            f"“{path.name}” may not be read: another program has it open, or it belongs to somebody else. "
            "Close that program, or copy the file, and try again."
        ) from error
    text = _decoded(content)
    if text is None or "\x00" in text:
        raise TextError(f"“{path.name}” is not a text file. Give a CSV or TSV table: file|text.")
    return text.removesuffix("\x1a")  # MS-DOS end-of-file marker


def _decoded(content: bytes) -> str | None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    wide = _utf_16_without_mark(content)
    if wide is not None:
        return wide
    if b"\x00" in content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        readings = [content.decode(encoding, errors="replace") for encoding in _EIGHT_BIT]
        return max(readings, key=_likelihood)


def _utf_16_without_mark(content: bytes) -> str | None:
    """Decode UTF-16 without a byte-order mark, recognised by a zero in every second byte of Western text."""
    if len(content) % 2 or not content:
        return None
    half = len(content) // 2
    even, odd = content[::2], content[1::2]
    for encoding, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros.count(0) > _UTF_16_ZERO_SHARE * half and not others.count(0):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                return None
    return None


def _likelihood(text: str) -> int:
    """Return how many non-ASCII letters and marks are where words have them, minus those that are not."""
    total = 0
    for before, sign, after in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        if sign.isascii():
            continue
        likely = sign in _MARKS or sign.lower() in _LETTERS
        if sign.isupper() and (before.islower() or not after.isalpha()) and not before.isupper():
            likely = False  # “itÕs” is “it’s” written on a Mac
        elif sign in _MARKS and before.isalpha() and after.isalpha() and sign not in "’·—":
            likely = False
        total += 1 if likely else -1
    return total

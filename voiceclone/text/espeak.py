"""Pronunciation by the rules of espeak-ng, whose shared library comes with the `espeakng-loader` wheel."""

import atexit
import ctypes
import os
import re
import shutil
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path

from voiceclone.errors import TextError

# Constants of espeak-ng's speak_lib.h (1.52).
_AUDIO_OUTPUT_SYNCHRONOUS = 0x02
_INITIALIZE_DONT_EXIT = 0x8000
_TEXT_IS_UTF8 = 1
TIE = "͡"
_IPA_WITH_TIES = 0x02 | 0x80 | (ord(TIE) << 8)
_LONGEST_DATA_PATH = 140
"""espeak-ng copies the path of its data, including file names, into 160 bytes and truncates the rest."""

_lock = threading.Lock()
"""espeak-ng keeps its voice and results in global variables, so only one caller may use it at a time."""
_LANGUAGE_SWITCH = re.compile(r"\([^)]*\)")


def ipa(text: str, voice: str) -> str:
    """Return the pronunciation of `text` in IPA, with spaces between words and two-letter sounds joined by `TIE`.

    Args:
        text: letters, apostrophes, hyphens and spaces; punctuation ends a clause and is lost.
        voice: an espeak-ng voice, its file below `lang/`, for example `roa/fr`.

    Raises:
        TextError: the library is missing, damaged or lacks the voice.
    """
    with _lock:
        library = _library()
        if library.espeak_SetVoiceByName(voice.encode("ascii")) != 0:
            raise TextError(f"The pronunciation data for “{voice}” is missing. Run `make setup` to repair it.")
        rest = ctypes.c_char_p(text.encode("utf-8", errors="ignore"))
        clauses = []
        while rest.value is not None:  # each call consumes one clause and advances `rest`
            clause = library.espeak_TextToPhonemes(ctypes.byref(rest), _TEXT_IS_UTF8, _IPA_WITH_TIES)
            clauses.append((clause or b"").decode("utf-8", errors="ignore"))
    # A word pronounced by another language's rules is wrapped in flags such as (en) and (fr).
    return " ".join(_LANGUAGE_SWITCH.sub("", " ".join(clauses)).split())


@cache
def _library() -> ctypes.CDLL:
    """Load and initialise espeak-ng, once per process."""
    try:
        import espeakng_loader

        library = ctypes.CDLL(espeakng_loader.get_library_path())
        data_path = _usable_data_path(Path(espeakng_loader.get_data_path()))
    except (ImportError, OSError, RuntimeError) as error:
        raise TextError(
            "The pronunciation library (espeakng-loader) cannot be loaded. Run `make setup` to repair it."
        ) from error
    library.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
    library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
    library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    sample_rate = library.espeak_Initialize(
        _AUDIO_OUTPUT_SYNCHRONOUS, 0, _encoded_path(data_path), _INITIALIZE_DONT_EXIT
    )
    if sample_rate <= 0:
        raise TextError("The pronunciation data (espeakng-loader) is damaged. Run `make setup` to repair it.")
    return library


def _usable_data_path(data_path: Path) -> Path:
    """Return a path to the data that espeak-ng can open: short, and plain ASCII on Windows."""
    opens = len(_encoded_path(data_path)) <= _LONGEST_DATA_PATH
    if opens and (sys.platform != "win32" or str(data_path).isascii()):
        return data_path
    folder = Path(tempfile.mkdtemp(prefix="espeak-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shorter = folder / "espeak-ng-data"
    if sys.platform == "win32":  # creating a symlink needs a privilege there
        shutil.copytree(data_path, shorter)
    else:
        shorter.symlink_to(data_path, target_is_directory=True)
    return shorter


def _encoded_path(path: Path) -> bytes:
    """Encode a path the way the C library's fopen expects it."""
    return str(path).encode("mbcs", errors="replace") if sys.platform == "win32" else os.fsencode(path)

"""The numbers in a voice file, checked when it is imported and again before they are used."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from voiceclone.errors import BaseModelError, VoiceFileError
from voiceclone.wording import count

NUMBER_TYPES = {"F32": np.dtype(np.float32), "F16": np.dtype(np.float16)}
"""The types that our bases write: half precision for changes of weights and kNN-VC's rows, single for the rest."""
MAX_TENSORS = 4_000
"""A fine-tuned Kokoro voice has 455; XTTS has 900 parameters that may change, each in two halves."""
MAX_NUMBER = 10_000.0
"""For bases without bounds of their own. Features of networks stay below some hundreds; half precision ends at 65,504,
where a sum of a few overflows."""

LONGEST_SIGN_S = 0.2
LONGEST_EDGES_S = 2.5
"""What a sentence may last at speed 1: so much for each sign of its pronunciation (boundaries, spaces and punctuation
count), and so much for its beginning and end. With 17 texts in 54 stock voices of Kokoro, rows of five tables and
seven trained voices, the slowest needed 2.2 s for “Hello there.” (5.1 allowed), 6.7 s for eleven spelled letters
(12.5), 23 s for 275 signs (57.9): docs/decisions/0156."""


class UnspeakableError(BaseModelError):
    """A network would speak a sentence in a way no voice does; the message is a clause."""


def check_length(length_s: float, signs: int) -> None:
    """Check how long a sentence will last, before it is rendered: time and memory grow with it.

    Args:
        length_s: its length at speed 1.
        signs: of its pronunciation.

    Raises:
        UnspeakableError: it is far longer than any voice needs, or no number.
    """
    if not length_s <= LONGEST_EDGES_S + LONGEST_SIGN_S * signs:  # nan, too
        long = f"{length_s:.0f} s" if math.isfinite(length_s) else "endless time"
        raise UnspeakableError(f"it would need {long} for {signs} sounds")


def read_numbers(path: Path) -> dict[str, np.ndarray]:
    """Read a voice file's tensors after checking that they are float32 or float16, finite, and below `MAX_NUMBER`.

    Raises:
        VoiceFileError: it is not a whole safetensors file, or breaks one of these rules.
    """
    from safetensors import SafetensorError, safe_open

    tensors: dict[str, np.ndarray] = {}
    try:
        with safe_open(path, "numpy") as stored:
            names = list(stored.keys())
            if len(names) > MAX_TENSORS:
                raise unfit(f"it holds {count(len(names), 'tensor')}, and no voice has more than {MAX_TENSORS:,}")
            for name in names:
                kind = str(stored.get_slice(name).get_dtype())
                if kind not in NUMBER_TYPES:  # asked before reading: numpy does not know all of them
                    raise unfit(f"it holds numbers of the type {kind}, and a voice has only F32 and F16")
                tensors[name] = stored.get_tensor(name)
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise damaged() from error
    check_range(tensors)
    return tensors


def check_range(
    tensors: Mapping[str, np.ndarray],
    ranges: Mapping[str, tuple[float, float]] | None = None,
    most: float = MAX_NUMBER,
) -> None:
    """Check that numbers are finite and in range.

    Args:
        tensors: name -> numbers.
        ranges: name, or ending of names from the last full stop on (`.up`) -> smallest and largest number allowed.
        most: the largest absolute value in all other tensors.

    Raises:
        VoiceFileError: they are not.
    """
    ranges = ranges or {}
    for name, numbers in tensors.items():
        if not numbers.size:
            continue
        lowest, highest = float(numbers.min()), float(numbers.max())  # where there is a nan, both are nan
        if not (math.isfinite(lowest) and math.isfinite(highest)):
            raise unfit("some of its numbers are infinite or no numbers at all")
        smallest, largest = ranges.get(name) or ranges.get("." + name.rpartition(".")[2]) or (-most, most)
        if lowest < smallest or highest > largest:
            raise unfit("some of its numbers are far outside of what voices have")


def damaged() -> VoiceFileError:
    """Return the error for a file that is no whole safetensors file."""
    return VoiceFileError(
        "This voice file is damaged. Import it again from where you have a copy, or make the voice again."
    )


def unfit(why: str) -> VoiceFileError:
    """Return the error for a voice that breaks a rule, which `why` names as a clause."""
    return VoiceFileError(
        f"This voice cannot be used: {why}. Its file is damaged or was altered. Export it again where it came from, "
        "or make the voice again."
    )

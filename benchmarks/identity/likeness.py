"""How near a voice is to a person, in the only unit that survives a change of encoder.

Identity is (x - s) / (r - s): 0 is the nearest stranger, 1 the person's own other recordings.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import second_encoder, third_encoder
from voiceclone.audio.sound import Audio
from voiceclone.evaluation import speaker_similarity

Vectors = dict[str, np.ndarray]
"""By encoder: unit vectors of some recordings, shape (recordings, size)."""

ENCODERS: dict[str, Callable[[Audio], np.ndarray]] = {
    "campp": second_encoder.vector,
    "resemblyzer": speaker_similarity.embed,
    "dvector": third_encoder.vector,
}
TITLES = {"campp": "CAM++", "resemblyzer": "Resemblyzer", "dvector": "d-vector"}
"""The first is the one to steer by; the product itself chooses with the second."""


@dataclass(frozen=True)
class Scale:
    """The two ends of an encoder's scale for one person and some sentences."""

    stranger: float
    """s: likeness of the nearest stock voice of the person's sex, speaking the sentences."""
    stranger_voice: str
    recordings: float
    """r: likeness of the person's recordings to each other."""


def vectors(recordings: Sequence[Audio]) -> Vectors:
    """Return what every encoder hears in each recording."""
    return {name: np.stack([embed(recording) for recording in recordings]) for name, embed in ENCODERS.items()}


def to_person(spoken: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Return the cosine of each unit vector to the mean of a person's, shape (spoken,)."""
    mean = person.mean(axis=0)
    return spoken @ mean / np.linalg.norm(mean)


def among_themselves(person: np.ndarray) -> np.ndarray:
    """Return the cosine of each of a person's unit vectors to the mean of the others, shape (recordings,)."""
    others = person.sum(axis=0) - person
    return np.sum(person * others, axis=1) / np.linalg.norm(others, axis=1)


def identity(likeness: float, scale: Scale) -> float | None:
    """Return 0 for the nearest stranger and 1 for the person; None where the encoder cannot tell the two apart."""
    span = scale.recordings - scale.stranger
    return (likeness - scale.stranger) / span if span > 0 else None


def scales(person: Vectors, strangers: Mapping[str, Vectors]) -> dict[str, Scale]:
    """Return the scale of each encoder; the nearest stranger is each encoder's own.

    Args:
        person: the person's held-out recordings.
        strangers: by name, each speaking the same sentences.
    """
    found = {}
    for name, own in person.items():
        likeness = {voice: float(to_person(said[name], own).mean()) for voice, said in strangers.items()}
        nearest = max(likeness, key=likeness.__getitem__)
        found[name] = Scale(likeness[nearest], nearest, float(among_themselves(own).mean()))
    return found


def figures(spoken: Vectors, person: Vectors, all_scales: Mapping[str, Scale]) -> dict[str, dict[str, Any]]:
    """Return by encoder `identity` and `identity_worst` (of a sentence), and what they are made of.

    That is `likeness`, `likeness_worst`, `stranger`, `stranger_voice`, `recordings`; cosines, -1..1.
    """
    told = {}
    for name, scale in all_scales.items():
        cosines = to_person(spoken[name], person[name])
        mean, worst = float(cosines.mean()), float(cosines.min())
        told[name] = {
            "identity": identity(mean, scale),
            "identity_worst": identity(worst, scale),
            "likeness": mean,
            "likeness_worst": worst,
            **vars(scale),
        }
    return told

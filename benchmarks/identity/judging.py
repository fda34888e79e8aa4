"""One voice, judged: identity in each language, words and sound, and its distance to the person on the same texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from benchmarks import cepstra, measure
from benchmarks.distillmos import distillmos
from benchmarks.identity import likeness, speaking
from benchmarks.identity.likeness import Vectors
from benchmarks.voices import BenchmarkVoice
from voiceclone.audio.pitch import pitch_curve
from voiceclone.audio.sound import Audio, decode
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.evaluation import judge, pitch, tones

Figures = dict[str, Any]
_HOP_S = 0.0125
_LOW_SHARE, _HIGH_SHARE = 15.87, 84.13
"""Percentiles one standard deviation from the median of a normal distribution; unlike it, they ignore a tracker's
octave errors."""


@dataclass(frozen=True)
class Person:
    """A benchmark voice's held-out recordings as voices are compared with them."""

    voice: BenchmarkVoice
    recordings: tuple[Audio, ...]
    heard: Vectors

    @property
    def texts(self) -> list[str]:
        """What the held-out recordings say."""
        return [clip.text for clip in self.voice.held_out[: len(self.recordings)]]


def person_of(voice: BenchmarkVoice, most: int) -> Person:
    """Return the person; `most` is how many held-out recordings are used."""
    recordings = tuple(decode(clip.path) for clip in voice.held_out[:most])
    return Person(voice, recordings, likeness.vectors(recordings))


class Court:
    """Judges voices of one person; the person and the strangers are heard once.

    Args:
        base: which speaks; its folder is `base_folder`.
        sex: of the person, as stock voices have it.
        most: sentences of each kind.
    """

    def __init__(self, base: KokoroBase, base_folder: Path, person: Person, sex: str, most: int) -> None:
        self._base, self._base_folder, self._person, self._sex = base, base_folder, person, sex
        own = person.voice.language
        self._speaks_own = speaking.can_speak(person.texts[0], own)
        wanted = [one for one in speaking.language_pair(own) if one != own or self._speaks_own]
        self._sentences = {one: speaking.sentences_in(one, person.voice)[:most] for one in wanted}
        self._scales = {
            language: likeness.scales(
                person.heard, speaking.strangers(base, base_folder, sex, sentences, language, person.heard)
            )
            for language, sentences in self._sentences.items()
        }

    def judge(self, voice: Path | str) -> Figures:
        """Return the figures of a voice file or a stock voice.

        Keys: `languages` (by code: what `_in_language` tells) and `own_texts` (`against_recordings`; None where the
        base cannot read the person's language).
        """
        told = {language: self._in_language(voice, language) for language in self._sentences}
        return {"languages": told, "own_texts": self._on_own_texts(voice) if self._speaks_own else None}

    def _in_language(self, voice: Path | str, language: str) -> Figures:
        sentences = self._sentences[language]
        sounds = speaking.speak(self._base, voice, sentences, language)
        told = likeness.figures(likeness.vectors(sounds), self._person.heard, self._scales[language])
        return {"identity": told, **sound_figures(sentences, sounds, language)}

    def _on_own_texts(self, voice: Path | str) -> Figures:
        language = self._person.voice.language
        spoken = speaking.speak(self._base, voice, self._person.texts, language)
        return against_recordings(spoken, self._person.recordings)


def sound_figures(sentences: Sequence[str], sounds: Sequence[Audio], language: str) -> Figures:
    """Return what needs no person.

    Keys: `word_error_rate` and `word_error_rate_worst` (of a sentence; None without a recogniser for the language),
    `dnsmos`, `dnsmos_worst`, `distillmos`, `distillmos_worst` (1..5), `tones` (by lowest frequency of a band: mean and
    strongest line, dB), `pause_below_speech_db`.
    """
    errors, counts = judge.word_errors(sentences, sounds, language)
    rates = [wrong / max(1, count) for wrong, count in zip(errors, counts, strict=True)]
    natural, distilled = judge.naturalnesses(sounds), [distillmos(sound) for sound in sounds]
    return {
        "word_error_rate": sum(errors) / max(1, sum(counts)) if rates else None,
        "word_error_rate_worst": max(rates, default=None),
        "dnsmos": fmean(natural),
        "dnsmos_worst": min(natural),
        "distillmos": fmean(distilled),
        "distillmos_worst": min(distilled),
        "tones": {str(band.low_hz): [band.mean_db, band.max_db] for band in tones.tone_excess(list(sounds))},
        "pause_below_speech_db": measure.pauses(sounds)["pause_below_speech_db"],
    }


def against_recordings(spoken: Sequence[Audio], recorded: Sequence[Audio]) -> Figures:
    """Compare readings of the same texts.

    Keys: `mcd_db`, `mcd_db_worst` (mel-cepstral distortion), `pitch_off_semitones` (of the median, None without one),
    `pitch_spread_off_semitones` (negative is flatter).
    """
    distances = [cepstra.distortion_db(*pair) for pair in zip(spoken, recorded, strict=True)]
    own, persons = pitch_spread(spoken), pitch_spread(recorded)
    return {
        "mcd_db": fmean(distances),
        "mcd_db_worst": max(distances),
        "pitch_off_semitones": pitch.off_semitones(spoken, pitch.median_hz(recorded)),
        "pitch_spread_off_semitones": None if own is None or persons is None else own - persons,
    }


def pitch_spread(recordings: Sequence[Audio]) -> float | None:
    """Return half the distance between the 16th and the 84th percentile of voiced frames, semitones.

    For a normal distribution this is its standard deviation. None where nothing is voiced.
    """
    curve = np.concatenate([pitch_curve(recording, _HOP_S) for recording in recordings])
    voiced = 12 * np.log2(curve[curve > 0])
    if not len(voiced):
        return None
    low, high = np.percentile(voiced, [_LOW_SHARE, _HIGH_SHARE])
    return float(high - low) / 2


def judge_person(person: Person) -> Figures:
    """Return what the person's own held-out recordings reach: likeness among themselves, words and sound."""
    told = {
        name: {"likeness": float(cosines.mean()), "likeness_worst": float(cosines.min())}
        for name, own in person.heard.items()
        if len(cosines := likeness.among_themselves(own))
    }
    return {"clips": len(person.recordings), "identity": told} | sound_figures(
        person.texts, person.recordings, person.voice.language
    )

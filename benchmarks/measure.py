"""The judges put together: one set of figures for a set of recordings."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from benchmarks.voices import SpokenClip
from voiceclone.audio.sound import Audio, decode, loudness_lufs
from voiceclone.audio.vad import speech_frames
from voiceclone.clips.quality.clean import trim_silence
from voiceclone.evaluation import dnsmos, pitch, speaker_similarity, tones, wer

Figures = dict[str, Any]


@dataclass(frozen=True)
class Speaker:
    """A real speaker as voices are compared with him."""

    embedding: np.ndarray
    """Mean of the recordings' embeddings, shape (256,)."""
    pitch_hz: float | None
    """Median of all their voiced frames."""


def judge(texts: Sequence[str] | None, recordings: Sequence[Audio]) -> Figures:
    """Return what can be said of recordings without knowing the speaker.

    Keys: `word_error_rate` (errors per word; None without texts), `dnsmos` (1..5), `tones` (per band, dB), and
    those of `pauses`.
    """
    tone_bands = [
        {"low_hz": band.low_hz, "high_hz": band.high_hz, "mean_db": band.mean_db, "max_db": band.max_db}
        for band in tones.tone_excess(list(recordings))
    ]
    return {
        "word_error_rate": None if texts is None else wer.word_error_rate(texts, recordings),
        "dnsmos": fmean(dnsmos.dnsmos_overall(recording) for recording in recordings),
        "tones": tone_bands,
        **pauses(recordings),
    }


def pauses(recordings: Sequence[Audio]) -> Figures:
    """Return how loud the quiet moments are, as such and as heard when speech is equally loud.

    All recordings first lose the zeros that speaking puts at their ends and are then trimmed as cleaning does
    it: the base puts 0.3 s of true silence around a sentence, and that would stand for its pauses.

    Keys: `pause_dbfs`, `loudness_lufs` of all together, `pause_below_speech_db` (their difference, negative).
    """
    whole = [Audio(np.trim_zeros(recording.samples), recording.sample_rate) for recording in recordings]
    trimmed = [trim_silence(recording, speech_frames(recording)) for recording in whole]
    pause_dbfs = tones.pause_level_dbfs(trimmed)
    loudness = loudness_lufs(joined(recordings))
    return {
        "pause_dbfs": pause_dbfs,
        "loudness_lufs": loudness,
        "pause_below_speech_db": pause_dbfs - loudness,
    }


def similarity(recordings: Sequence[Audio], speaker: Speaker) -> Figures:
    """Return cosines to a speaker's mean embedding, mean and lowest of the recordings and all as one; and the pitch.

    Pitch, `pitch_off_semitones`, is the median of all recordings above the speaker's: the embeddings hardly hear it.
    """
    cosines = [
        speaker_similarity.cosine(speaker_similarity.embed(recording), speaker.embedding) for recording in recordings
    ]
    return {
        "similarity": fmean(cosines),
        "similarity_lowest": min(cosines),
        "similarity_as_one": speaker_similarity.cosine(speaker_similarity.embed(joined(recordings)), speaker.embedding),
        "pitch_off_semitones": pitch.off_semitones(recordings, speaker.pitch_hz),
    }


def speaker_of(recordings: Sequence[Audio]) -> Speaker:
    """Return what voices are compared with, from a speaker's recordings."""
    return Speaker(speaker_similarity.mean_embedding(recordings), pitch.median_hz(recordings))


def speaker_of_clips(clips: Sequence[SpokenClip]) -> Speaker:
    """Return what voices are compared with, from a speaker's clips."""
    return speaker_of([decode(clip.path) for clip in clips])


def judge_speaker(clips: Sequence[SpokenClip]) -> Figures:
    """Judge the real recordings themselves; similarity is each clip's to the others, pitch every second one's.

    `word_error_rate` is None where they are not in English: the recogniser that judges knows no other language.
    """
    recordings = [decode(clip.path) for clip in clips]
    embeddings = [speaker_similarity.embed(recording) for recording in recordings]
    total = np.sum(embeddings, axis=0)
    cosines = [speaker_similarity.cosine(own, total - own) for own in embeddings]
    return {
        "similarity": fmean(cosines),
        "similarity_lowest": min(cosines),
        "pitch_off_semitones": pitch.off_semitones(recordings[::2], pitch.median_hz(recordings[1::2])),
        **judge([clip.text for clip in clips] if _in_english(clips) else None, recordings),
    }


def _in_english(clips: Sequence[SpokenClip]) -> bool:
    return all(clip.language.startswith("en") for clip in clips)


def tones_above(tone_bands: list[Figures], stock: dict[str, Figures]) -> list[Figures]:
    """Return how far tone excess lies above the stock voices' mean, per band: `mean_db`, `max_db`."""
    above = []
    for index, band in enumerate(tone_bands):
        usual = [figures["tones"][index] for figures in stock.values()]
        above.append(
            {
                "low_hz": band["low_hz"],
                "high_hz": band["high_hz"],
                "mean_db": band["mean_db"] - fmean(own["mean_db"] for own in usual),
                "max_db": band["max_db"] - fmean(own["max_db"] for own in usual),
            }
        )
    return above


def joined(recordings: Sequence[Audio]) -> Audio:
    """Return recordings of one rate after one another."""
    samples = np.concatenate([recording.samples for recording in recordings])
    return Audio(samples, recordings[0].sample_rate)

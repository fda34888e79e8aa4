"""Say about each clip whether it is good to learn from, with one plain reason and what to do about it."""

import unicodedata
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from voiceclone import limits
from voiceclone.audio import Audio, loudness_lufs
from voiceclone.clips.vad import FRAME_S, SPEECH_STARTS, away_from_speech, speech_frames, speech_regions
from voiceclone.text.languages import get_language

Level = Literal["good", "usable", "bad"]
HIGHEST_SNR_DB = 80.0
"""Reported for recordings with digital silence in their pauses."""
_HIGH_BAND_FROM_HZ = 4_500
_HIGH_BAND_MISSING_DB = -60.0
"""Telephone speech made wide again has less above 4.5 kHz (-120); normal speech has -15 to -45."""


@dataclass(frozen=True)
class Verdict:
    """What a clip is worth for training."""

    level: Level
    """`good`, `usable` (trained on, could be better) or `bad` (left out)."""
    reason: str = ""
    """One plain sentence or two: what is wrong and what to do; empty when good."""
    figures: dict[str, float] = field(default_factory=dict)
    """snr_db, loudness_lufs, peak_dbfs, clipped_share, speech_s, speech_share and high_band_db."""


@dataclass(frozen=True)
class Facts:
    """Everything a verdict depends on besides the figures."""

    text: str
    language: str
    sample_rate: int
    cleaned: bool = False
    cut_off: bool = False
    """The file ended before its header said."""
    text_unplaced: bool = False
    """A text came with the long file, but could not be laid onto this slice."""


def measure(audio: Audio) -> dict[str, float]:
    """Measure one clip (see `Verdict.figures`).

    snr_db compares the mean power of 32 ms frames with speech to the median power of those without, or to
    the quietest twentieth of all frames where that is lower. On clean speech with white, pink or
    hum noise added at 5-30 dB it came within 1-4 dB of the truth (docs/decisions.md).
    """
    probabilities = speech_frames(audio)
    regions = speech_regions(probabilities)
    speech_s = min(audio.duration_s, sum(end - start for start, end in regions))
    return {
        "snr_db": _snr_db(audio, probabilities),
        "loudness_lufs": loudness_lufs(audio),
        "peak_dbfs": audio.peak_dbfs,
        "clipped_share": clipped_share(audio.samples),
        "speech_s": speech_s,
        "speech_share": speech_s / audio.duration_s if audio.duration_s else 0.0,
        "high_band_db": _high_band_db(audio),
    }


def judge(figures: dict[str, float], facts: Facts) -> Verdict:
    """Turn figures into a verdict; the gravest finding is the one told."""
    for level, finding in (("bad", _bad_finding), ("usable", _usable_finding)):
        reason = finding(figures, facts)
        if reason:
            return Verdict(level, reason, figures)  # type: ignore[arg-type]
    return Verdict("good", "", figures)


def clipped_share(samples: np.ndarray) -> float:
    """Return the share of samples cut off at the top, 0..1.

    Counts samples at full scale, and flat runs of three or more at the clip's own peak (a clipped
    recording that was turned down later).
    """
    size = np.abs(samples)
    peak = float(np.max(size, initial=0.0))
    if peak < 0.05:
        return 0.0
    at_full_scale = float(np.mean(size >= 0.99))
    at_peak = size >= 0.999 * peak
    flat = at_peak[:-2] & at_peak[1:-1] & at_peak[2:]
    return max(at_full_scale if peak >= 0.99 else 0.0, float(np.sum(flat)) / len(size))


def _bad_finding(figures: dict[str, float], facts: Facts) -> str:
    if figures["clipped_share"] > limits.BAD_CLIPPED_SHARE:
        return "Much too loud: the sound is cut off at the top. Turn the microphone down and record it again."
    if figures["snr_db"] < limits.BAD_SNR_DB:
        return "The noise is nearly as loud as the voice. Record it again in a quieter place."
    if figures["loudness_lufs"] < limits.BAD_LOUDNESS_LUFS:
        return "Far too quiet. Go closer to the microphone or turn it up, and record it again."
    if not facts.text.strip():
        if facts.language.startswith("en"):
            return "No text yet: no words were understood. Type what is said in it."
        return "No text yet: VoiceClone can only write down English by itself. Type what is said in it."
    if _foreign_script(facts.text, facts.language):
        return "The text is in a script that cannot be spoken in this language. Type it in the usual letters."
    letters_per_s = _letters(facts.text) / max(figures["speech_s"], 0.3)
    if letters_per_s > limits.MAX_LETTERS_PER_S:
        return "The text is longer than what is said. Correct the text, or record it again."
    if letters_per_s < limits.MIN_LETTERS_PER_S:
        return "Much more is said than the text has. Complete the text, or record it again."
    return ""


def _usable_finding(figures: dict[str, float], facts: Facts) -> str:
    if facts.cut_off:
        return "The file ends too early; only its beginning could be read. Check the end of the text."
    if figures["clipped_share"] > limits.CLIPPED_SHARE:
        return "A little too loud: some peaks are cut off. Turn the microphone down next time."
    if figures["snr_db"] < limits.GOOD_SNR_DB:
        if facts.cleaned:
            return "It was noisy; cleaning helped, but a quieter place would help more."
        return "Noise in the background. Press Clean, and find a quieter place for the next one."
    if facts.sample_rate <= limits.TELEPHONE_RATE_HZ or figures["high_band_db"] < _HIGH_BAND_MISSING_DB:
        return "It sounds like a telephone: the high tones are missing. Use a better microphone if you can."
    if figures["loudness_lufs"] < limits.GOOD_LOUDNESS_LUFS and not facts.cleaned:
        return "Rather quiet. Press Clean to bring it up, and go closer to the microphone next time."
    if facts.text_unplaced:
        return "Your text did not fit this part of the recording, so its words were recognised. Check them."
    return ""


def _snr_db(audio: Audio, probabilities: np.ndarray) -> float:
    frame_length = round(FRAME_S * audio.sample_rate)
    frame_count = min(len(audio.samples) // frame_length, len(probabilities))
    if frame_count == 0:
        return 0.0
    from scipy.signal import butter, sosfilt

    # Rumble below the voice is taken out by cleaning and heard by nobody.
    high_passed = sosfilt(butter(2, 70, "highpass", fs=audio.sample_rate, output="sos"), audio.samples)
    power = np.mean(high_passed[: frame_count * frame_length].reshape(frame_count, -1) ** 2, axis=1)
    speaking = probabilities[:frame_count] >= SPEECH_STARTS
    if not speaking.any():
        return 0.0
    pauses = power[away_from_speech(probabilities[:frame_count], SPEECH_STARTS)]
    # The median passes over a breath or a click; a clip cut tightly has no pauses, only quiet moments.
    noise_power = float(np.quantile(power, 0.05))
    if len(pauses) >= 3:
        noise_power = min(noise_power, float(np.median(pauses)))
    speech_power = max(float(np.mean(power[speaking])) - noise_power, 1e-12)
    return float(np.clip(10 * np.log10(speech_power / max(noise_power, 1e-12)), 0.0, HIGHEST_SNR_DB))


def _high_band_db(audio: Audio) -> float:
    """Power above 4.5 kHz relative to all power; 0 where the rate leaves no such band to judge."""
    if audio.sample_rate < 2.5 * _HIGH_BAND_FROM_HZ or len(audio.samples) < 1024:
        return 0.0
    from scipy.signal import welch

    frequencies, power = welch(audio.samples, audio.sample_rate, nperseg=1024)
    share = float(power[frequencies >= _HIGH_BAND_FROM_HZ].sum() / max(float(power.sum()), 1e-20))
    return 10 * float(np.log10(max(share, 1e-12)))


def _letters(text: str) -> int:
    # A digit stands for about four letters once it is spoken.
    return sum(4 if c.isdigit() else 1 for c in text if unicodedata.category(c)[0] in "LMN")


def _foreign_script(text: str, language: str) -> bool:
    # Latin letters are understood everywhere: names, abbreviations.
    scripts = ("LATIN", get_language(language).script)
    letters = [c for c in text if c.isalpha()]
    foreign = sum(not unicodedata.name(c, "").startswith(scripts) for c in letters)
    return foreign > 0.3 * len(letters)

"""Prepare a clip for training: reduce rumble, clicks and noise, trim silence, normalise loudness."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from voiceclone.audio.acoustics import LINE_STANDS_OUT_DB, mains_hum
from voiceclone.audio.clicks import remove_clicks
from voiceclone.audio.sound import Audio, encode_flac, loudness_lufs, true_peak_dbfs
from voiceclone.audio.vad import FRAME_S, SPEECH_ENDS, away_from_speech, speech_frames, speech_regions
from voiceclone.clips.model import Clip, ClipRecord
from voiceclone.clips.quality.harm import is_harmed
from voiceclone.clips.quality.listening import clear_voice_embedding
from voiceclone.errors import Cancelled
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.wording import kept_sentence

if TYPE_CHECKING:
    from voiceclone.clips.library import ClipLibrary

Strength = Literal["off", "gentle", "strong"]
STRENGTHS: tuple[Strength, ...] = ("off", "gentle", "strong")
"""`off` only removes rumble, trims silence and normalises loudness. `strong` removes more noise than `gentle`, and more
of the voice with it."""
HIGH_PASS_HZ = 70.0
"""Below the lowest male fundamental (about 80 Hz)."""
QUIET_ENOUGH_SNR_DB = 45.0
"""Above this, noise reduction is skipped: it could only harm the voice."""
STRONGEST_REDUCTION = 0.95
"""Largest share of the noise amplitude that is removed; with some left, pauses do not sound switched off."""
TARGET_LOUDNESS_LUFS = -23.0
"""EBU R 128; leaves speech about 10 dB of headroom."""
HIGHEST_PEAK_DBFS = -1.0
"""True peak; EBU R 128 allows -1."""
_STRONG_NOISE_DEVIATIONS = 2.0
"""Strong: what lies up to this many standard deviations above the mean noise is noise; noisereduce's default is 1.5."""
_HUM_NOTCH_HZ = 3.0
"""Width of a notch; mains frequency stays within 0.2 Hz of 50 or 60 Hz, which is 1.6 Hz at the eighth harmonic."""
EDGE_S = 0.12
"""Silence kept before the first and after the last word, in seconds."""


def clean(audio: Audio, snr_db: float, strength: Strength = "gentle") -> Audio:
    """Return the cleaned clip at the same sample rate. Deterministic.

    Args:
        snr_db: as measured by `voiceclone.clips.quality.figures.measure`.
        strength: see `STRENGTHS`.
    """
    cleaned = _high_pass(audio if strength == "off" else remove_clicks(audio))
    probabilities = speech_frames(cleaned)
    if strength != "off":
        cleaned = remove_hum(cleaned, probabilities)
    if strength != "off" and snr_db < QUIET_ENOUGH_SNR_DB:
        # Without any noise-only moment, the gate would take the voice for noise.
        if strength == "strong" and _noise_only(cleaned, probabilities) is not None:
            cleaned = _reduce_noise(cleaned, probabilities, 1.0, _STRONG_NOISE_DEVIATIONS)
        else:
            cleaned = _reduce_noise(cleaned, probabilities, reduction_share(snr_db))
    return set_loudness(trim_silence(cleaned, probabilities))


def clean_clips(
    library: "ClipLibrary",
    project_id: str,
    records: Sequence[ClipRecord],
    strength: Strength = "gentle",
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[Clip]:
    """Clean clips one by one into `cleaned.flac`; the originals are not touched.

    Where noise reduction would make the voice less natural, or less similar to the speaker's quiet recordings, the
    noise is left in (strength `off` for that clip).
    """
    voice = None if strength == "off" else clear_voice_embedding(library, project_id)
    done = []
    for number, record in enumerate(records):
        if should_stop and should_stop():
            raise Cancelled(f"Stopped. {kept_sentence(number, 'cleaned')}")
        if on_progress:
            on_progress(number / len(records), f"Cleaning clip {number + 1} of {len(records)}")
        original = library.audio(project_id, record.clip_id, "original")
        cleaned, used = _clean_unless_it_harms(original, record.figures["snr_db"], strength, voice)
        encode_flac(cleaned, library.clip_folder(project_id, record.clip_id) / "cleaned.flac", bits=24)
        changes = {"cleaned": True, "strength": used, "cleaning_harmed": used != strength}
        done.append(library.change(project_id, record.clip_id, **changes).as_clip(project_id))
    if on_progress:
        on_progress(1.0, "Done")
    return done


def _clean_unless_it_harms(
    original: Audio, snr_db: float, strength: Strength, voice: np.ndarray | None
) -> tuple[Audio, Strength]:
    """Return the cleaned clip and the strength used: `off` if noise reduction would harm the voice."""
    cleaned = clean(original, snr_db, strength)
    if strength == "off" or (strength == "gentle" and snr_db >= QUIET_ENOUGH_SNR_DB):
        return cleaned, strength
    plain = clean(original, snr_db, "off")
    return (plain, "off") if is_harmed(plain, cleaned, voice) else (cleaned, strength)


def reduction_share(snr_db: float) -> float:
    """Return the share of the noise amplitude to remove: the noisier the clip, the more.

    A line fitted to what preserved the voice best in docs/decisions/0014: all of it at 14 dB, 0.8 at 24, 0.6 at 34.
    """
    return float(np.clip(1.28 - 0.02 * snr_db, 0.0, STRONGEST_REDUCTION))


def trim_silence(audio: Audio, probabilities: np.ndarray) -> Audio:
    """Trim the silence before the first and after the last word to `EDGE_S`."""
    regions = speech_regions(probabilities)
    if not regions:
        return audio
    start = max(0, round((regions[0][0] - EDGE_S) * audio.sample_rate))
    end = min(len(audio.samples), round((regions[-1][1] + EDGE_S) * audio.sample_rate))
    return Audio(_fade_edges(audio.samples[start:end], audio.sample_rate), audio.sample_rate)


def set_loudness(audio: Audio, target_lufs: float = TARGET_LOUDNESS_LUFS) -> Audio:
    """Normalise a clip to `target_lufs`, or less where its true peak would exceed `HIGHEST_PEAK_DBFS`."""
    gain_db = target_lufs - loudness_lufs(audio)
    gain_db = min(gain_db, HIGHEST_PEAK_DBFS - true_peak_dbfs(audio))
    return Audio(audio.samples * np.float32(10 ** (gain_db / 20)), audio.sample_rate)


def remove_hum(audio: Audio, probabilities: np.ndarray) -> Audio:
    """Notch out the mains hum that stands out between words; does nothing with less than 0.2 s of noise alone."""
    quiet = _noise_only(audio, probabilities)
    if quiet is None:
        return audio
    hum = mains_hum(Audio(quiet, audio.sample_rate))
    if hum.excess_db < LINE_STANDS_OUT_DB:
        return audio
    from scipy.signal import filtfilt, iirnotch

    samples = audio.samples.astype(np.float64)
    for line_hz in hum.lines_hz:
        samples = filtfilt(*iirnotch(line_hz, line_hz / _HUM_NOTCH_HZ, audio.sample_rate), samples)
    return Audio(np.clip(samples, -1.0, 1.0).astype(np.float32), audio.sample_rate)


def _high_pass(audio: Audio) -> Audio:
    from scipy.signal import butter, sosfiltfilt

    # Filtered in both directions: no phase shift, so the waveform keeps its shape and peaks.
    sections = butter(2, HIGH_PASS_HZ, "highpass", fs=audio.sample_rate, output="sos")
    filtered = sosfiltfilt(sections, audio.samples.astype(np.float64))
    return Audio(np.clip(filtered, -1.0, 1.0).astype(np.float32), audio.sample_rate)


def _reduce_noise(audio: Audio, probabilities: np.ndarray, share: float, deviations: float = 1.5) -> Audio:
    """Apply a spectral gate whose threshold comes from the parts of the clip without speech."""
    import noisereduce

    noise = _noise_only(audio, probabilities)
    window = 2 ** round(np.log2(0.032 * audio.sample_rate))
    reduced = noisereduce.reduce_noise(
        audio.samples,
        audio.sample_rate,
        stationary=True,
        y_noise=noise,
        prop_decrease=share,
        n_std_thresh_stationary=deviations,
        n_fft=window,
        chunk_size=None,
    )
    return Audio(np.clip(reduced, -1.0, 1.0), audio.sample_rate)


def _noise_only(audio: Audio, probabilities: np.ndarray) -> np.ndarray | None:
    """Return the samples of the frames away from speech, or None if they last less than 0.2 s."""
    frame_length = round(FRAME_S * audio.sample_rate)
    frame_count = min(len(audio.samples) // frame_length, len(probabilities))
    quiet = away_from_speech(probabilities[:frame_count], SPEECH_ENDS)
    frames = audio.samples[: frame_count * frame_length].reshape(frame_count, frame_length)[quiet]
    return frames.reshape(-1) if len(frames) * FRAME_S >= 0.2 else None


def _fade_edges(samples: np.ndarray, sample_rate: int, fade_s: float = 0.01) -> np.ndarray:
    """Fade the edges in and out so that the cut does not click."""
    length = min(len(samples) // 2, round(fade_s * sample_rate))
    if length == 0:
        return samples
    ramp = np.sin(np.linspace(0, np.pi / 2, length, dtype=np.float32)) ** 2
    faded = samples.copy()
    faded[:length] *= ramp
    faded[-length:] *= ramp[::-1]
    return faded

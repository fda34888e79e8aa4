"""Mix several channels into one according to their content, not by a plain average.

An average is silent if one side is inverted, a comb filter if two microphones stood apart, and 15.6 dB too quiet if a
film has its speech in one of six channels.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from voiceclone.audio.decoding.recording import Format, Piece

BAND_HZ = (300.0, 3400.0)
"""Telephone band: contains speech, and little hum, rumble or hiss."""
_FRAME_S = 0.032
_FRAMES_AT_ONCE = 256
_FLOOR_PERCENTILE, _FLOOR_MARGIN = 20, 1.5
"""The level of a channel's quietest fifth, times 1.5, counts as its noise floor, which discounts hum and hiss."""
_STEADY_SHARE = 0.05
"""If even the best channel has less than this share above its floor, it holds no speech, and its full power counts."""
_LIVE_SHARE = 1e-3
"""A channel 30 dB below the best one is crosstalk."""
_SAME_SOUND = 0.4
"""Correlation, at any lag, above which two channels hold the same sound. Two people's microphones that pick up each
other 14 dB weaker have 0.2 to 0.35."""
_SAME_ENVELOPE = 0.7
"""Correlation of the envelopes, for channels whose waveforms echo has made different; two people have at most 0.4."""
_IN_PHASE = 0.5
"""Below this correlation, the stronger channel alone is better than the sum."""
_MAX_LAG_S = 25e-6
"""One sample at 44.1 kHz; with a longer lag, adding would cut a notch into the voice's band."""
_WEAK_SHARE = 1 / 16
"""A copy 12 dB weaker adds noise but no voice."""
_LISTEN_S = 300.0
"""Seconds, spread over the recording, in which voice activity is checked if channels hold different sounds."""
_MIN_SPEECH_SHARE = 0.1
"""A channel with a tenth of the other's speech also belongs to a speaker."""


@dataclass(frozen=True)
class Mix:
    """The weights that mix channels into one."""

    weights: np.ndarray
    """float32, shape (channels,)."""

    def apply(self, samples: np.ndarray) -> np.ndarray:
        """Mix samples of shape (samples, channels) to float32 mono, shape (samples,)."""
        used = np.flatnonzero(self.weights)
        if len(used) == 1 and self.weights[used[0]] == 1.0:
            return samples[:, used[0]]
        return samples[:, used] @ self.weights[used]


def find_mixes(read: "Callable[[], Iterator[Piece]]") -> "dict[Format, Mix]":
    """Return how to mix the channels of each format in a recording.

    Channels with the same sound are averaged: inverted ones are flipped, delayed or much weaker ones left out, and the
    result is as loud as the strongest. Channels with different sounds (two people with a microphone each) are added if
    they contain speech.

    Args:
        read: reads the recording from its beginning; called once, or twice if channels hold different sounds.
    """
    meters: dict[Format, _ChannelMeter] = {}
    for piece in read():
        if piece.format not in meters:
            meters[piece.format] = _ChannelMeter(*piece.format)
        meters[piece.format].add(piece.samples)
    sounds = {form: meter.sounds() for form, meter in meters.items()}
    unlike = {form: found for form, found in sounds.items() if len(found) > 1}
    if unlike:
        sounds |= _with_speech(read(), unlike, {form: meter.duration_s for form, meter in meters.items()})
    return {form: Mix(np.sum([sound.weights for sound in found], axis=0)) for form, found in sounds.items()}


@dataclass(frozen=True)
class _Sound:
    """A sound that is on one or several channels."""

    leader: int
    """The channel where it is strongest."""
    weights: np.ndarray


class _ChannelMeter:
    """Measures the channels of one format, block by block."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate = sample_rate
        self._length = _fast_fft_length(round(_FRAME_S * sample_rate))
        low, high = (round(hertz * self._length / sample_rate) for hertz in BAND_HZ)
        self._band = slice(low, high + 1)
        self._window = np.hanning(self._length).astype(np.float32)[:, None]
        self._left_over = np.zeros((0, channels), np.float32)
        self._cross = np.zeros((high + 1 - low, channels, channels), complex)
        """Cross spectra, summed over the frames, shape (frequencies, channels, channels)."""
        self._powers: list[np.ndarray] = []
        """Power in the band per frame, shape (frames, channels) each."""
        self._sample_count = 0

    @property
    def duration_s(self) -> float:
        """Duration measured so far, in seconds."""
        return self._sample_count / self._rate

    def add(self, samples: np.ndarray) -> None:
        """Measure samples of shape (samples, channels)."""
        self._sample_count += len(samples)
        samples = np.concatenate([self._left_over, samples])
        whole = len(samples) - len(samples) % self._length
        self._left_over = samples[whole:]
        frames = samples[:whole].reshape(-1, self._length, samples.shape[1])
        for first in range(0, len(frames), _FRAMES_AT_ONCE):
            self._measure(frames[first : first + _FRAMES_AT_ONCE])

    def _measure(self, frames: np.ndarray) -> None:
        spectra = np.fft.rfft(frames * self._window, axis=1)[:, self._band]
        by_frequency = np.ascontiguousarray(spectra.transpose(1, 2, 0))
        self._cross += by_frequency @ by_frequency.conj().transpose(0, 2, 1)
        self._powers.append(np.sum(np.abs(spectra) ** 2, axis=1).astype(np.float32))

    def sounds(self) -> list[_Sound]:
        """Return the distinct sounds, strongest first."""
        if len(self._left_over):
            missing = self._length - len(self._left_over)
            self._measure(np.pad(self._left_over, ((0, missing), (0, 0)))[None])
            self._left_over = self._left_over[:0]
        powers = np.concatenate(self._powers)
        speech = _above_floor(powers)
        found: list[list[tuple[int, float]]] = []
        for channel in np.argsort(-speech, kind="stable"):
            if speech[channel] <= _LIVE_SHARE * speech.max():
                break
            same = next((members for members in found if self._is_same_sound(members[0][0], channel, powers)), None)
            if same is None:
                found.append([(channel, 1.0)])
            elif speech[channel] > _WEAK_SHARE * speech[same[0][0]]:
                sign = self._sign_in_phase(same[0][0], channel)
                same += [(channel, sign)] if sign else []
        if not found:  # digital silence
            return [_Sound(0, _average(powers.shape[1], [(0, 1.0)]))]
        return [_Sound(members[0][0], self._match_leader_loudness(members)) for members in found]

    def _is_same_sound(self, leader: int, channel: int, powers: np.ndarray) -> bool:
        if np.max(np.abs(self._correlation(leader, channel))) > _SAME_SOUND:
            return True
        levels = np.sqrt(powers[:, [leader, channel]])
        if not np.all(np.std(levels, axis=0) > 0):
            return False
        return bool(np.corrcoef(levels, rowvar=False)[0, 1] > _SAME_ENVELOPE)

    def _sign_in_phase(self, leader: int, channel: int) -> float:
        """Return 1 if the channel may be added to its leader, -1 if inverted, 0 if it may not be added."""
        correlation = self._correlation(leader, channel)
        largest_lag = max(1, round(_MAX_LAG_S * self._rate))
        near = np.r_[correlation[: largest_lag + 1], correlation[-largest_lag:]]
        if np.max(np.abs(near)) < 0.99 * np.max(np.abs(correlation)) or abs(correlation[0]) < _IN_PHASE:
            return 0.0
        return float(np.sign(correlation[0]))

    def _correlation(self, one: int, other: int) -> np.ndarray:
        """Return the cross-correlation of two channels at each lag, shape (frame length,), in -1..1."""
        spectrum = np.zeros(self._length // 2 + 1, complex)
        spectrum[self._band] = self._cross[:, one, other]
        energies = np.sum(self._cross[:, [one, other], [one, other]].real, axis=0)
        return np.fft.irfft(spectrum, self._length) * self._length / 2 / max(1e-30, float(np.sqrt(energies.prod())))

    def _match_leader_loudness(self, members: Sequence[tuple[int, float]]) -> np.ndarray:
        weights = _average(self._cross.shape[1], members)
        together = np.sum(self._cross.real, axis=0)
        leader = members[0][0]
        mixed = float(weights @ together @ weights)
        gain = min(2.0, float(np.sqrt(together[leader, leader] / mixed))) if mixed > 0 else 1.0
        return weights if abs(gain - 1) < 0.01 else weights * np.float32(gain)


def _fast_fft_length(least: int) -> int:
    """Return an even length of at least `least` for which the FFT is fast."""
    from scipy.fft import next_fast_len

    length = next_fast_len(least, real=True)
    while length % 2:
        length = next_fast_len(length + 1, real=True)
    return length


def _average(channels: int, members: Sequence[tuple[int, float]]) -> np.ndarray:
    weights = np.zeros(channels, np.float32)
    for channel, sign in members:
        weights[channel] = sign / len(members)
    return weights


def _above_floor(powers: np.ndarray) -> np.ndarray:
    """Return each channel's mean power above its noise floor, shape (channels,)."""
    mean = powers.mean(axis=0)
    above = np.maximum(0.0, mean - _FLOOR_MARGIN * np.percentile(powers, _FLOOR_PERCENTILE, axis=0))
    return above if above.max() > _STEADY_SHARE * mean.max() else mean


def _with_speech(
    pieces: "Iterable[Piece]", unlike: "dict[Format, list[_Sound]]", durations_s: "dict[Format, float]"
) -> "dict[Format, list[_Sound]]":
    """Keep the sounds with speech; without any, the strongest."""
    # Imported here because few recordings have different sounds on their channels.
    from voiceclone.audio.sound import Audio
    from voiceclone.audio.vad import SPEECH_STARTS, speech_frames

    heard = {form: np.zeros(len(found)) for form, found in unlike.items()}
    passed_s = dict.fromkeys(unlike, 0.0)
    listened_s = dict.fromkeys(unlike, 0.0)
    for piece in pieces:
        form = piece.format
        if form not in unlike:
            continue
        length_s = len(piece.samples) / piece.sample_rate
        passed_s[form] += length_s
        if listened_s[form] > _LISTEN_S * passed_s[form] / max(_LISTEN_S, durations_s[form]):
            continue
        listened_s[form] += length_s
        for number, sound in enumerate(unlike[form]):
            samples = np.clip(piece.samples[:, sound.leader], -1.0, 1.0)
            frames = speech_frames(Audio(np.ascontiguousarray(samples), piece.sample_rate))
            heard[form][number] += np.count_nonzero(frames > SPEECH_STARTS)
    kept = {}
    for form, found in unlike.items():
        enough = (heard[form] > 0) & (heard[form] >= _MIN_SPEECH_SHARE * heard[form].max())
        kept[form] = [sound for sound, speaks in zip(found, enough, strict=True) if speaks] or found[:1]
    return kept

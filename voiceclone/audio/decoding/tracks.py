"""Choose the audio track with speech in a file with several tracks.

Screen recorders write the computer's audio first and the microphone second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.audio.sound import Audio

if TYPE_CHECKING:
    from voiceclone.audio.decoding.av_reader import AvRecording

_EXAMINED_WHOLE_S = 180.0
"""Tracks up to this duration are examined as a whole."""
_EXCERPTS, _EXCERPT_S = 12, 10.0
"""Evenly spaced excerpts of longer ones."""
_MUCH_SPEECH = 0.8
"""Relative to the track with the most speech: from this share on, a track with less background may be preferred."""
_SOME_SPEECH = 0.1
_QUIETER_DB = 6.0
"""Background this much lower makes a track the cleaner one: a microphone against its mix with a game."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True)
class _TrackContent:
    """What was found on a track."""

    speech_s: float
    speech_above_rest_db: float
    power: float


def choose_track(tracks: "Sequence[AvRecording]") -> "AvRecording":
    """Return the track with the most speech, or the cleanest among those with about as much; else the first.

    If several have speech, the chosen one carries a remark that says so.
    """
    if len(tracks) == 1:
        return tracks[0]
    heard = [_listen(track) for track in tracks]
    most_s = max(one.speech_s for one in heard)
    if most_s == 0.0:
        return tracks[max(range(len(tracks)), key=lambda number: heard[number].power)]
    able = [number for number, one in enumerate(heard) if one.speech_s >= _MUCH_SPEECH * most_s]
    cleanest = max(able, key=lambda number: heard[number].speech_above_rest_db)
    first = able[0]
    is_cleaner = heard[cleanest].speech_above_rest_db > heard[first].speech_above_rest_db + _QUIETER_DB
    chosen = cleanest if is_cleaner else first
    speaking = sum(one.speech_s >= _SOME_SPEECH * most_s for one in heard)
    if speaking > 1:
        tracks[chosen].remark = _remark(tracks[chosen], chosen, len(tracks), speaking)
    return tracks[chosen]


def _remark(track: "AvRecording", number: int, count: int, speaking: int) -> str:
    which = _ORDINALS[number] if number < len(_ORDINALS) else f"{number + 1}th"
    called = f" (“{track.title[:40]}”)" if track.title and track.title.isprintable() else ""
    return (
        f"“{track.path.name}” has {count} sound tracks, {speaking} of them with speech; the {which}{called} was taken. "
        "If you want another one, save it as a file of its own and add that."
    )


def _listen(track: "AvRecording") -> _TrackContent:
    # Imported here because few recordings have several tracks.
    from voiceclone.audio.vad import FRAME_S, SPEECH_STARTS, speech_frames

    speech, rest, frame_count = [0.0], [0.0], 0
    for samples, rate in _excerpts(track):
        spoken = speech_frames(Audio(np.clip(samples, -1.0, 1.0), rate)) > SPEECH_STARTS
        length = round(FRAME_S * rate)
        frames = samples[: len(samples) - len(samples) % length].reshape(-1, length)
        powers = np.mean(frames.astype(np.float64) ** 2, axis=1)
        spoken = np.pad(spoken, (0, max(0, len(powers) - len(spoken))))[: len(powers)]
        speech += list(powers[spoken])
        rest += list(powers[~spoken])
        frame_count += np.count_nonzero(spoken)
    above_db = 10 * float(np.log10(max(np.mean(speech), 1e-12) / max(np.mean(rest), 1e-12)))
    return _TrackContent(frame_count * FRAME_S, above_db, float(np.mean(speech) + np.mean(rest)))


def _excerpts(track: "AvRecording") -> Iterator[tuple[np.ndarray, int]]:
    """Yield (samples, sample rate) of the strongest channel of each excerpt."""
    length_s = track.duration_s
    is_long = length_s is not None and length_s > _EXAMINED_WHOLE_S
    starts = [length_s * number / _EXCERPTS for number in range(_EXCERPTS)] if is_long else [0.0]
    for start_s in starts:
        pieces = list(track.excerpt(start_s, _EXCERPT_S if is_long else _EXAMINED_WHOLE_S))
        for form in dict.fromkeys(piece.format for piece in pieces):
            samples = np.concatenate([piece.samples for piece in pieces if piece.format == form])
            strongest = int(np.argmax(np.sum(samples.astype(np.float64) ** 2, axis=0)))
            yield np.ascontiguousarray(samples[:, strongest]), form[0]

"""Voice activity detection with Silero's network, block by block."""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from voiceclone.audio.sound import Audio
from voiceclone.errors import VoiceCloneError

VAD_RATE = 16_000
FRAME_SAMPLES = 512
FRAME_S = FRAME_SAMPLES / VAD_RATE
"""Each probability covers 32 ms."""
_CONTEXT_SAMPLES = 64
SPEECH_STARTS = 0.5
SPEECH_ENDS = 0.35
"""The hysteresis of silero-vad's `get_speech_timestamps`."""


def speech_probabilities(blocks: Iterable[np.ndarray], sample_rate: int) -> Iterator[np.ndarray]:
    """Yield the probability of speech in each 32 ms frame, block by block.

    Args:
        blocks: consecutive mono float32 blocks of one recording.
        sample_rate: of the blocks, in hertz.

    Yields:
        float32 arrays, shape (frames,), values 0..1; in total one value per started 32 ms.
    """
    network = _network()
    hidden, cell = (np.zeros((1, 1, 128), np.float32) for _ in range(2))
    context = np.zeros(_CONTEXT_SAMPLES, np.float32)
    left_over = np.zeros(0, np.float32)
    for samples, last in _at_vad_rate(blocks, sample_rate):
        left_over = np.concatenate([left_over, samples])
        if last:
            left_over = np.pad(left_over, (0, -len(left_over) % FRAME_SAMPLES))
        frame_count = len(left_over) // FRAME_SAMPLES
        if frame_count == 0:
            continue
        frames = left_over[: frame_count * FRAME_SAMPLES].reshape(frame_count, FRAME_SAMPLES)
        left_over = left_over[frame_count * FRAME_SAMPLES :]
        # Each frame is passed with the end of the previous one, as in the streaming model.
        before = np.vstack([context, frames[:-1, -_CONTEXT_SAMPLES:]])
        context = frames[-1, -_CONTEXT_SAMPLES:]
        inputs = {"input": np.hstack([before, frames]), "h": hidden, "c": cell}
        found, hidden, cell = network.run(["speech_probs", "hn", "cn"], inputs)
        yield found.reshape(-1)


def speech_frames(audio: Audio) -> np.ndarray:
    """Return the probability of speech in each 32 ms frame of `audio`, shape (frames,)."""
    found = list(speech_probabilities([audio.samples], audio.sample_rate))
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def speech_regions(probabilities: np.ndarray, shortest_gap_s: float = 0.1) -> list[tuple[float, float]]:
    """Turn probabilities into stretches of speech, (start, end) in seconds.

    Gaps shorter than `shortest_gap_s` count as speech (closures inside words); a single frame counts as noise.
    """
    regions: list[list[int]] = []
    speaking = False
    for index, probability in enumerate(probabilities):
        if not speaking and probability >= SPEECH_STARTS:
            speaking = True
            regions.append([index, index + 1])
        elif speaking and probability < SPEECH_ENDS:
            speaking = False
        if speaking:
            regions[-1][1] = index + 1
    merged: list[list[int]] = []
    for start, end in regions:
        if merged and (start - merged[-1][1]) * FRAME_S < shortest_gap_s:
            merged[-1][1] = end
        else:
            merged.append([start, end])
    return [(start * FRAME_S, end * FRAME_S) for start, end in merged if end - start > 1]


def away_from_speech(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """Mark the frames at least three frames away from any speech, where no word begins or fades out."""
    speaking = np.pad(probabilities >= threshold, 2)
    return np.lib.stride_tricks.sliding_window_view(~speaking, 5).all(axis=1)


def _at_vad_rate(blocks: Iterable[np.ndarray], sample_rate: int) -> Iterator[tuple[np.ndarray, bool]]:
    """Yield (block at 16 kHz, whether it is the last)."""
    if sample_rate == VAD_RATE:
        for block in blocks:
            yield block, False
        yield np.zeros(0, np.float32), True
        return
    import soxr

    stream = soxr.ResampleStream(sample_rate, VAD_RATE, 1, dtype="float32", quality="HQ")
    for block in blocks:
        yield stream.resample_chunk(block), False
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True), True


@cache
def _network() -> Any:
    """Load the network once per process.

    The silero-vad package is not imported: its first line imports torch and limits the whole process to one thread,
    which would slow down training and speaking.
    """
    import onnxruntime

    package = find_spec("silero_vad")
    if package is None or not package.submodule_search_locations:
        raise VoiceCloneError(
            "The part that finds speech (silero-vad) is not installed. Run “make setup”, then try again."
        )
    path = Path(package.submodule_search_locations[0]) / "data" / "silero_vad_16k_sequence.onnx"
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

"""Measures how long recordings take to be prepared for training, and how near the found durations are to the truth.

    python tools/measure_preparation.py [--sentences 40] [--base FOLDER]

A stock voice reads sentences, so the truth is known; another one is what a training would begin from. The old way
(a template whose sound is rendered) is measured beside the present one. Times are processor time, so that other work on
the machine does not count; set OMP_NUM_THREADS=1 to have one core only.
"""

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - the checkout has to be on the path first
import torch  # noqa: E402

from voiceclone import host  # noqa: E402
from voiceclone.audio.pitch import pitch_curve  # noqa: E402
from voiceclone.audio.sound import Audio  # noqa: E402
from voiceclone.bases.kokoro.data import features  # noqa: E402
from voiceclone.bases.kokoro.data.alignment import Aligner  # noqa: E402
from voiceclone.bases.kokoro.model import synthesis, weights  # noqa: E402
from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens  # noqa: E402
from voiceclone.bases.kokoro.starting_voice import typical_style  # noqa: E402
from voiceclone.text import scripts  # noqa: E402
from voiceclone.text.phonemes import phonemize  # noqa: E402

FRAME_MS = 25.0


def main() -> None:
    """Print one line for each way: time of each part per second of speech, and errors of the borders."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=40)
    parser.add_argument("--base", type=Path, default=host.data_dir() / "base" / "kokoro-82m")
    parser.add_argument("--reader", default="", help="stock voice that reads (default: the last one)")
    parser.add_argument("--starts", type=int, default=3, help="stock voices to begin from")
    options = parser.parse_args()
    network = weights.load_network(options.base)
    styles = {name: typical_style(table) for name, table in sorted(weights.load_stock_voices(options.base).items())}
    reader = options.reader or list(styles)[-1]
    sentences = [phonemes_to_tokens(phonemize(text, "en-us")) for text in scripts.reading_script("en-us")]
    read = [read_aloud(network, tokens, styles[reader]) for tokens in sentences[: options.sentences]]
    speech_s = sum(len(samples) for _, samples, _ in read) / features.SAMPLE_RATE
    print(f"{reader} reads {len(read)} sentences, {speech_s:.0f} s; {torch.get_num_threads()} threads")
    for start in [name for name in styles if name != reader][: options.starts]:
        began = time.process_time()
        aligner = Aligner(network, options.base, styles[start])
        print(f"from {start}; ready to align in {time.process_time() - began:.1f} s")
        report("rendered", [rendered(network, styles[start], *one) for one in read], speech_s)
        report("not rendered", [not_rendered(aligner, *one) for one in read], speech_s)
    curves(read, speech_s)


def read_aloud(
    network: torch.nn.Module, tokens: list[int], style: torch.Tensor
) -> tuple[list[int], np.ndarray, np.ndarray]:
    """Return the tokens, what is heard, and the true frames of each token."""
    samples, frames = synthesis.synthesize_with_frames(network, tokens, style)
    return tokens, samples.numpy(), frames.numpy()


def rendered(
    network: torch.nn.Module, style: torch.Tensor, tokens: list[int], samples: np.ndarray, truth: np.ndarray
) -> dict[str, np.ndarray | float]:
    """Align to a template whose sound is rendered."""
    began = time.process_time()
    with torch.no_grad():
        text = synthesis.encode_text(network, tokens)
        encoded = time.process_time()
        template, frames = synthesis.speak_features(network, text, style)
    spoken = time.process_time()
    found = features.align(template.numpy(), frames.numpy(), samples)
    ended = time.process_time()
    return {"encode": encoded - began, "template": spoken - encoded, "warp": ended - spoken, "off": off(found, truth)}


def not_rendered(
    aligner: Aligner, tokens: list[int], samples: np.ndarray, truth: np.ndarray
) -> dict[str, np.ndarray | float]:
    """Align as training does."""
    began = time.process_time()
    text = aligner.encode(tokens)
    encoded = time.process_time()
    found = aligner.align(text, samples)
    ended = time.process_time()
    return {"encode": encoded - began, "template and warp": ended - encoded, "off": off(found, truth)}


def off(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return how far each border between two tokens is off, ms."""
    return FRAME_MS * np.abs(np.cumsum(found)[:-1] - np.cumsum(truth)[:-1])


def report(name: str, measured: list[dict[str, np.ndarray | float]], speech_s: float) -> None:
    """Print one way."""
    errors = np.concatenate([one["off"] for one in measured])
    parts = {part: sum(one[part] for one in measured) for part in measured[0] if part != "off"}
    times = ", ".join(f"{part} {1000 * took / speech_s:.1f}" for part, took in parts.items())
    total_s = sum(parts.values())
    ten_minutes_s = 600 * total_s / speech_s
    print(f"  {name:13s} {times} ms of processor time per second of speech, {ten_minutes_s:.0f} s for ten minutes")
    many = np.mean(errors > 50)
    print(f"{'':16s}borders off by {errors.mean():.1f} ms, median {np.median(errors):.0f}, {many:.1%} over 50 ms")


def curves(read: list[tuple[list[int], np.ndarray, np.ndarray]], speech_s: float) -> None:
    """Print what pitch and loudness take."""
    took = []
    for work in (
        lambda samples: pitch_curve(Audio(samples, features.SAMPLE_RATE), features.CURVE_HOP_S),
        lambda samples: features.loudness_curve(samples, len(samples) // 300),
        lambda samples: features.bandwidth(Audio(samples, features.SAMPLE_RATE)),
    ):
        began = time.process_time()
        for _, samples, _ in read:
            work(samples)
        took.append(1000 * (time.process_time() - began) / speech_s)
    print(f"pitch {took[0]:.1f}, loudness {took[1]:.1f}, bandwidth {took[2]:.1f} ms per second of speech")


if __name__ == "__main__":
    main()

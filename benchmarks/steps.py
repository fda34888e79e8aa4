"""Where the time of a training step goes: `python -m benchmarks.steps`; the table of docs/experiments/performance.md.

Runs in this process, on the example voice or a benchmark voice, and writes nothing outside a temporary folder. On a
graphics card it also tells how much of a step the card computes (kernel time over step time).
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone import compute, host
from voiceclone.audio.sound import decode
from voiceclone.bases.base import TrainingClip, TrainingPlan
from voiceclone.bases.catalogue import DEFAULT_BASE_ID
from voiceclone.clips.transcripts.reader import read_transcripts

if TYPE_CHECKING:
    from voiceclone.bases.kokoro.train.trainer import Trainer

KINDS = {
    "convolutions, backward": ("convolution_backward",),
    "convolutions, forward": ("convolution", "conv1d", "conv_transpose"),
    "recurrent layers": ("lstm", "rnn"),
    "matrix products": ("addmm", "aten::mm", "bmm", "matmul", "linear"),
    "spectra": ("fft", "stft"),
    "optimiser and clipping": ("adamw", "_foreach", "norm_", "linalg_vector_norm"),
    "copies, casts, padding": (
        "copy_",
        "aten::cat",
        "pad",
        "_to_copy",
        "clone",
        "contiguous",
        "index",
        "fill_",
        "zero_",
    ),
}
"""Words in the names of torch's operations; the first that fits counts. What is left are the pointwise ones."""
WARM_STEPS = 4


@dataclass(frozen=True)
class Profile:
    """What a step takes."""

    step_s: float
    """Median on the clock, acoustic step and its share of the prosody steps."""
    share: dict[str, float]
    """Of the profiled time, by kind; together 1."""
    kernel_share: float | None
    """Time in which the graphics card computes, over the time of the steps; None on a processor."""


def example_clips(seconds: float) -> list[TrainingClip]:
    """Return the first clips of the example voice, at least `seconds` if there is as much."""
    folder = host.EXAMPLES_DIR / "joe"
    texts = read_transcripts(folder / "metadata.csv")
    clips: list[TrainingClip] = []
    for path in sorted(folder.glob("*.flac")):
        if sum(clip.audio.duration_s for clip in clips) >= seconds:
            break
        text = texts.get(path.name) or texts[path.stem]
        clips.append(TrainingClip(path.stem, decode(path), text, "en-us"))
    return clips


def start_trainer(
    clips: Sequence[TrainingClip], run_dir: Path, base_folder: Path, device: str, steps: int
) -> "Trainer":
    """Prepare a run and make its first steps, so that caches are warm."""
    from voiceclone.bases.kokoro import KokoroBase
    from voiceclone.bases.kokoro.train.trainer import Trainer

    KokoroBase(base_folder).prepare(clips, run_dir, TrainingPlan(steps=steps))
    trainer = Trainer(run_dir, base_folder, device)
    while trainer.position.step < WARM_STEPS:
        trainer.advance()
    return trainer


def profile(trainer: "Trainer", steps: int) -> Profile:
    """Time `steps` steps, then look inside as many more."""
    import torch
    from torch.profiler import ProfilerActivity

    on_card = trainer.device.startswith("cuda")
    taken_s = sorted(_timed_step(trainer, on_card) for _ in range(steps))
    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if on_card else [])]
    began = time.monotonic()
    # With all events kept: torch warns of losing those of other cycles else, and there is only one.
    with torch.profiler.profile(activities=activities, acc_events=True) as recorded:
        for _ in range(steps):
            _timed_step(trainer, on_card)
    wall_us = (time.monotonic() - began) * 1e6
    times_us: dict[str, float] = defaultdict(float)
    for event in recorded.key_averages():
        times_us[kind_of(event.key)] += event.self_device_time_total if on_card else event.self_cpu_time_total
    total_us = sum(times_us.values())
    shares = {kind: times_us[kind] / total_us for kind in sorted(times_us, key=lambda kind: -times_us[kind])}
    return Profile(taken_s[len(taken_s) // 2], shares, total_us / wall_us if on_card else None)


def kind_of(operation: str) -> str:
    """Return the line of the table that an operation of torch belongs to."""
    name = operation.lower()
    return next(
        (kind for kind, words in KINDS.items() if any(word in name for word in words)), "pointwise and the rest"
    )


def _timed_step(trainer: "Trainer", on_card: bool) -> float:
    import torch

    began = time.monotonic()
    trainer.step()
    if on_card:
        torch.cuda.synchronize()
    return time.monotonic() - began


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.steps", description=__doc__)
    parser.add_argument("--steps", type=int, default=12, help="timed, and as many profiled (%(default)s)")
    parser.add_argument("--seconds", type=float, default=20.0, help="of speech (%(default)s)")
    parser.add_argument("--base", type=Path, default=host.data_dir() / "base" / DEFAULT_BASE_ID)
    options = parser.parse_args(arguments)
    compute.use_this_thread()
    device = "cuda" if host.has_gpu() else "cpu"
    with tempfile.TemporaryDirectory() as folder:
        trainer = start_trainer(example_clips(options.seconds), Path(folder), options.base, device, 10_000)
        told = profile(trainer, options.steps)
    print(f"{device}: {told.step_s:.2f} s a step\n\n| what | share |\n|---|---|")
    for kind, share in told.share.items():
        print(f"| {kind} | {share:.0%} |")
    if told.kernel_share is not None:
        print(f"\nkernel time over step time: {told.kernel_share:.0%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

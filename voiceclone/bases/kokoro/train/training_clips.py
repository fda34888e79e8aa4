"""Training clips: their tensors on the training device, and the windows drawn from them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.kokoro.data import dataset
from voiceclone.bases.kokoro.model import synthesis
from voiceclone.bases.kokoro.model.network import FRAME_SAMPLES
from voiceclone.bases.kokoro.train import losses
from voiceclone.bases.kokoro.train.recipe import Recipe

if TYPE_CHECKING:
    import torch

    from voiceclone.bases.kokoro.data.alignment import Aligner

_GRID_FRAMES = 24
"""Windows of band-limited clips start on this grid, so that the teacher's answer is computed once each."""


@dataclass
class LoadedClip:
    """A clip's tensors on the training device."""

    entry: dataset.ClipEntry
    text: synthesis.TextFeatures
    frames: "torch.Tensor"
    pitch_hz: "torch.Tensor"
    loudness: "torch.Tensor"
    samples: "torch.Tensor"

    @property
    def frame_count(self) -> int:
        """Length in frames."""
        return self.pitch_hz.shape[1] // 2

    def cut(self, start: int, length: int) -> tuple["torch.Tensor", ...]:
        """Return `length` frames from frame `start`: text, pitch, loudness, sound; each with a batch axis of 1."""
        stretched = synthesis.stretch(self.text.acoustic_text, self.frames)
        end = start + length
        return (
            stretched[:, :, start:end],
            self.pitch_hz[:, 2 * start : 2 * end],
            self.loudness[:, 2 * start : 2 * end],
            self.samples[:, FRAME_SAMPLES * start : FRAME_SAMPLES * end],
        )


Window = tuple[LoadedClip, int]
"""A clip and the frame a window of it starts at."""


@dataclass(frozen=True)
class Draw:
    """What a step learns from."""

    step: int
    """Steps made before it."""
    noise_seed: int
    """Of the network's sound source."""
    windows: list[Window]
    clips: list[LoadedClip]
    """For timing and pitch; none in most steps."""
    sentence: synthesis.TextFeatures | None = None
    """For the speaker loss."""


class ReadyClips:
    """The training clips of a run: some preprocessed (ready), the others pending.

    Args:
        run_dir: a prepared run.
        entries: the clips, in the order of preprocessing.
        recipe: how windows are drawn.
        aligner: finds the time of each phoneme with the style the run starts from, not the trained one, so that later
            trainings on the same clips can reuse the result.
        device: for the tensors.
    """

    def __init__(
        self,
        run_dir: Path,
        entries: list[dataset.ClipEntry],
        recipe: Recipe,
        aligner: "Aligner",
        device: str,
    ) -> None:
        self._run_dir, self._recipe = run_dir, recipe
        self._aligner, self._device = aligner, device
        self.pending = list(entries)
        self.ready: list[LoadedClip] = []
        self.order: list[int] = []
        """Clips still to be drawn from in this round, by their place in `ready`; the last comes next."""

    @property
    def ready_s(self) -> float:
        """Preprocessed speech, seconds."""
        return sum(clip.entry.duration_s for clip in self.ready)

    @property
    def ready_frames(self) -> int:
        """Preprocessed frames."""
        return sum(clip.frame_count for clip in self.ready)

    def make_next_ready(self) -> None:
        """Preprocess the first pending clip; it stays pending when that fails."""
        self._make_ready(self.pending[0])
        del self.pending[0]

    def leave_next_out(self) -> dataset.ClipEntry:
        """Drop the first pending clip and return it; a resumed run tries it again."""
        return self.pending.pop(0)

    def _make_ready(self, entry: dataset.ClipEntry) -> None:
        import torch

        made = dataset.get_features(self._run_dir, entry, self._aligner)

        def on_device(array: Any) -> "torch.Tensor":
            # Copied, for torch's memory is aligned: vector instructions add up in another order where it is not.
            return torch.tensor(array)[None].to(self._device)

        self.ready.append(
            LoadedClip(
                entry=entry,
                text=synthesis.TextFeatures(
                    tokens=torch.tensor([[0, *entry.tokens, 0]], device=self._device),
                    prosody_text=on_device(made.prosody_text),
                    acoustic_text=on_device(made.acoustic_text),
                ),
                frames=torch.tensor(made.frames).to(self._device),
                pitch_hz=on_device(made.pitch_hz),
                loudness=on_device(made.loudness),
                samples=on_device(made.samples),
            )
        )

    def draw_windows(self, chooser: random.Random, window_frames: int) -> Iterator[Window]:
        """Yield clip and start frame of each window of a step; clips come in proportion to their length."""
        for _ in range(self._recipe.batch_windows):
            if not self.order:
                for index, clip in enumerate(self.ready):
                    self.order += [index] * max(1, round(clip.frame_count / window_frames))
                chooser.shuffle(self.order)
            clip = self.ready[self.order.pop()]
            last = max(0, clip.frame_count - window_frames)
            start = chooser.randint(0, last)
            if clip.entry.bandwidth_hz < losses.FULL_BAND_HZ and self._recipe.batch_windows == 1:
                start = min(last, round(start / _GRID_FRAMES) * _GRID_FRAMES)
            yield clip, start

    def draw_clips(self, chooser: random.Random) -> list[LoadedClip]:
        """Return different clips for a prosody step."""
        return chooser.sample(self.ready, min(self._recipe.prosody_clips, len(self.ready)))

    def state(self) -> dict[str, Any]:
        """Return the ready clips and the drawing order as JSON values."""
        return {"ready": [clip.entry.clip_id for clip in self.ready], "order": list(self.order)}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned; clips that became ready later do so again in their turn.

        Missing clips are left out, and the round starts over.
        """
        waiting = {entry.clip_id: entry for entry in [*(clip.entry for clip in self.ready), *self.pending]}
        loaded = {clip.entry.clip_id: clip for clip in self.ready}
        # Checkpoints of earlier versions do not say which clips were ready: those whose features are there.
        wanted = state.get("ready") or [key for key in waiting if dataset.has_features(self._run_dir, waiting[key])]
        self.ready = []
        for clip_id in wanted:
            if clip_id in loaded:
                self.ready.append(loaded[clip_id])
            elif clip_id in waiting:
                self._make_ready(waiting[clip_id])
        ready = {clip.entry.clip_id for clip in self.ready}
        self.pending = [entry for clip_id, entry in waiting.items() if clip_id not in ready]
        self.order = list(state["order"]) if len(ready) == len(wanted) else []

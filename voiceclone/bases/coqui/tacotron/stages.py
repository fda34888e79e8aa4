"""The two stages of a Tacotron run: first the acoustic network, then the vocoder."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from voiceclone.bases.base import Policy
from voiceclone.bases.coqui import clip_store
from voiceclone.bases.coqui.clip_store import StoredClip
from voiceclone.bases.coqui.tacotron import network as tacotron_network
from voiceclone.bases.coqui.tacotron.network import ACOUSTIC, VOCODER, learnable_state

if TYPE_CHECKING:
    import torch

SEGMENT_SAMPLES = 8192
"""Segment length for the vocoder, as in the released configuration (`seq_len`)."""


@dataclass(frozen=True)
class TacotronRecipe:
    """Numbers of the fine-tuning; our own, because the released ones are for training from scratch."""

    acoustic_rate: float = 5e-5
    """The release ended at some 1e-4 (NoamLR)."""
    vocoder_rate: float = 2e-5
    judge_rate: float = 1e-4
    """Of the discriminator, which must stay ahead of the generator."""
    warm_up_steps: int = 10
    judge_alone_share: float = 0.2
    """Of the vocoder's stage: only the discriminator learns, when the release had none (a fresh one gives
    bad advice and the sound gets worse: https://github.com/coqui-ai/TTS/issues/2690)."""
    clips_per_step: int = 8
    acoustic_share: float = 0.7
    """Of the plan; the rest is the vocoder's."""
    evaluate_every_share: float = 0.1
    gradient_norm: float = 1.0
    default_minutes: float = 60.0
    reserve_s: float = 60.0
    """Kept of a plan in minutes for writing and judging the voice."""


class Stage(Protocol):
    """One stage of the training."""

    name: str
    state: "dict[str, torch.Tensor]"
    """What this stage may change, by name in the voice file."""
    kept: "dict[str, torch.Tensor]"
    """What else a checkpoint needs."""
    optimizers: "tuple[torch.optim.Optimizer, ...]"

    def losses(self, clips: list[StoredClip], chooser: Random, share: float) -> dict[str, float]:
        """Add the gradients of some clips and return the losses; `share` is the completed share of the stage, 0..1."""

    def evaluate(self, clip: StoredClip) -> float:
        """Return the loss on one held-out clip."""


class AcousticStage:
    """Fine-tunes Tacotron 2."""

    name = "acoustic"

    def __init__(self, run_dir: Path, folder: Path, device: str, policy: Policy, recipe: TacotronRecipe) -> None:
        import torch

        self._run_dir, self._device = run_dir, device
        self.network = tacotron_network.load_acoustic(folder).to(device)
        self._frozen = [self.network.embedding, self.network.encoder] if policy is Policy.FINE_TUNE else []
        for part in self._frozen:
            part.requires_grad_(False)
        state = learnable_state(self.network, ACOUSTIC)
        self.state = {name: value for name, value in state.items() if not self._is_frozen(name)}
        self.kept: dict[str, torch.Tensor] = {}
        learning = [value for value in self.network.parameters() if value.requires_grad]
        self.optimizers = (torch.optim.AdamW(learning, lr=recipe.acoustic_rate, betas=(0.9, 0.998), weight_decay=1e-6),)
        self._criterion = self.network.get_criterion().to(device)
        self._clips: dict[str, tuple[Any, Any]] = {}

    def _is_frozen(self, name: str) -> bool:
        return bool(self._frozen) and name.startswith((f"{ACOUSTIC}embedding.", f"{ACOUSTIC}encoder."))

    def losses(self, clips: list[StoredClip], chooser: Random, share: float) -> dict[str, float]:
        """Add the gradients of some clips, with teacher forcing."""
        self.network.train()
        for part in self._frozen:
            part.eval()  # batch norms of frozen layers would move, too
        _, losses = self.network.train_step(self._batch(clips), self._criterion)
        losses["loss"].backward()
        shown = {"loss": "loss", "loss_mel": "postnet_loss", "loss_stop": "stopnet_loss", "align_error": "align_error"}
        return {ours: _number(losses[theirs]) for ours, theirs in shown.items() if theirs in losses}

    def evaluate(self, clip: StoredClip) -> float:
        """Return the loss on one clip, with fixed noise in the prenet."""
        import torch

        self.network.eval()
        with torch.random.fork_rng(), torch.no_grad():
            torch.manual_seed(0)
            return float(self.network.train_step(self._batch([clip]), self._criterion)[1]["loss"])

    def _item(self, clip: StoredClip) -> "tuple[torch.Tensor, torch.Tensor]":
        import torch

        if clip.clip_id not in self._clips:
            sound = clip_store.read_sound(self._run_dir, clip).samples
            spectrum = self.network.ap.melspectrogram(sound.astype(np.float32)).T
            ids = tacotron_network.tokens_of(self.network, clip.text, clip.language)
            self._clips[clip.clip_id] = torch.tensor(ids), torch.from_numpy(np.ascontiguousarray(spectrum))
        return self._clips[clip.clip_id]

    def _batch(self, clips: list[StoredClip]) -> dict[str, Any]:
        """Return clips as coqui's data set and `BaseTTS.format_batch` do: longest text first, whole steps of `r`."""
        import torch
        from torch.nn.utils.rnn import pad_sequence

        items = sorted((self._item(clip) for clip in clips), key=lambda item: -len(item[0]))
        frames = self.network.decoder.r
        lengths = torch.tensor([len(spectrum) for _, spectrum in items])
        longest = -(-int(lengths.max()) // frames) * frames
        spectra = torch.zeros(len(items), longest, items[0][1].shape[1])
        stops = torch.ones(len(items), longest)
        for row, (_, spectrum) in enumerate(items):
            spectra[row, : len(spectrum)] = spectrum
            stops[row, : len(spectrum) - 1] = 0.0
        batch = {
            "text_input": pad_sequence([ids for ids, _ in items], batch_first=True),
            "text_lengths": torch.tensor([len(ids) for ids, _ in items]),
            "mel_input": spectra,
            "mel_lengths": lengths,
            "stop_targets": (stops.view(len(items), longest // frames, frames).sum(2) > 0).float(),
            "stop_target_lengths": torch.ceil(lengths / frames).long(),
        }
        return {name: value.to(self._device) for name, value in batch.items()} | {
            "speaker_ids": None,
            "d_vectors": None,
        }


class VocoderStage:
    """Fine-tunes HiFi-GAN on spectrograms of the recordings."""

    name = "vocoder"

    def __init__(self, run_dir: Path, folder: Path, device: str, policy: Policy, recipe: TacotronRecipe) -> None:
        import torch

        self._run_dir, self._device, self._recipe = run_dir, device, recipe
        network, self.had_judge = tacotron_network.load_vocoder(folder, with_discriminator=True)
        self.network = network.to(device)
        self.state = learnable_state(self.network.model_g, VOCODER)
        self.kept = {f"judge.{name}": value for name, value in self.network.model_d.named_parameters()}
        betas = (0.8, 0.99)
        self.optimizers = (
            torch.optim.AdamW(self.network.model_g.parameters(), lr=recipe.vocoder_rate, betas=betas),
            torch.optim.AdamW(self.network.model_d.parameters(), lr=recipe.judge_rate, betas=betas),
        )
        self._judge_loss, self._loss = (criterion.to(device) for criterion in self.network.get_criterion())
        self._clips: dict[str, tuple[Any, Any]] = {}

    def losses(self, clips: list[StoredClip], chooser: Random, share: float) -> dict[str, float]:
        """Add the gradients of the discriminator and, after its warm-up, of the generator."""
        self.network.train()
        self.network.train_disc = True
        batch = self._batch(clips, chooser)
        _, judged = self.network.train_step(batch, self._judge_loss, 0)
        judged["loss"].backward()
        values = {"loss_judge": float(judged["loss"].detach())}
        if not self.had_judge and share < self._recipe.judge_alone_share:
            self.network.y_hat_g = None
            return values | {"loss": values["loss_judge"]}
        judge = list(self.network.model_d.parameters())
        for value in judge:  # the generator's error must not teach the discriminator
            value.requires_grad_(False)
        try:
            _, losses = self.network.train_step(batch, self._loss, 1)
            losses["loss"].backward()
        finally:
            for value in judge:
                value.requires_grad_(True)
        return values | {"loss": float(losses["loss"].detach()), "loss_mel": float(losses["G_l1_spec_loss"].detach())}

    def evaluate(self, clip: StoredClip) -> float:
        """Return the spectral error on one clip."""
        import torch

        self.network.eval()
        with torch.no_grad():
            spectrum, sound = self._item(clip)
            made = self.network.model_g(spectrum[None].to(self._device))
            heard = sound[None, None, : made.shape[2]].to(self._device)
            return float(self._loss.l1_spec_loss(made[:, :, : heard.shape[2]], heard))

    def _item(self, clip: StoredClip) -> "tuple[torch.Tensor, torch.Tensor]":
        """Return a clip's spectrogram (bands, frames) and its samples, hop x frames of them."""
        import torch

        if clip.clip_id not in self._clips:
            audio = self.network.ap
            sound = clip_store.read_sound(self._run_dir, clip).samples.astype(np.float32)
            sound = np.pad(sound, (0, max(0, SEGMENT_SAMPLES - len(sound))))
            spectrum = audio.melspectrogram(sound)
            fitted = np.pad(sound, (0, audio.hop_length), mode="edge")[: spectrum.shape[1] * audio.hop_length]
            self._clips[clip.clip_id] = torch.from_numpy(np.ascontiguousarray(spectrum)), torch.from_numpy(fitted)
        return self._clips[clip.clip_id]

    def _batch(self, clips: list[StoredClip], chooser: Random) -> dict[str, Any]:
        import torch

        hop, spectra, sounds = self.network.ap.hop_length, [], []
        frames = SEGMENT_SAMPLES // hop
        for clip in clips:
            spectrum, sound = self._item(clip)
            start = chooser.randint(0, spectrum.shape[1] - frames)
            spectra.append(spectrum[:, start : start + frames])
            sounds.append(sound[None, start * hop : (start + frames) * hop])
        spectrum, sound = torch.stack(spectra).to(self._device), torch.stack(sounds).to(self._device)
        # coqui's GANs may be shown other clips than they make; these are shown the same.
        return {"input": spectrum, "waveform": sound, "input_disc": spectrum, "waveform_disc": sound}


def _number(value: Any) -> float:
    # The error of the alignment is a tensor or a plain number, depending on its size.
    return float(value.detach()) if hasattr(value, "detach") else float(value)


STAGES: tuple[type[AcousticStage] | type[VocoderStage], ...] = (AcousticStage, VocoderStage)

"""Trainers that each do one thing otherwise than the product's, for `benchmarks/levers.py`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file
from torch.nn.functional import leaky_relu, normalize
from torch.nn.utils.parametrizations import weight_norm

from benchmarks import second_encoder
from voiceclone.bases import spectra
from voiceclone.bases.kokoro.data import dataset
from voiceclone.bases.kokoro.model.network import SAMPLE_RATE, STYLE_SIZE
from voiceclone.bases.kokoro.train import losses
from voiceclone.bases.kokoro.train.gradients import Computed
from voiceclone.bases.kokoro.train.step_losses import Heard, acoustic_loss
from voiceclone.bases.kokoro.train.trainer import Trainer
from voiceclone.bases.kokoro.train.training_clips import Draw
from voiceclone.bases.kokoro.voice_tensors import difference, parameter_changes

if TYPE_CHECKING:
    from voiceclone.bases.kokoro.train.training_clips import LoadedClip, Window

STOCK = "stock-"
"""Beginning of the ids of clips that the untouched base has spoken."""
PROJECTED_EVERY = 10
SPEAKER_WEIGHT = 5.0
"""Of one less the cosine, beside a spectral distance of about 3."""
CRITIC_RATE = 2e-4
CRITIC_BETAS = (0.8, 0.99)
"""Rate and betas of the critics: HiFi-GAN (Kong and others, 2020), as YourTTS takes them."""
CRITICS_ALONE_STEPS = 20
"""Steps in which the critics only listen: they know nothing yet."""
MATCHING_WEIGHT = 2.0
"""Of feature matching, as in HiFi-GAN; the critics' own verdict weighs 1."""
SPECTRA = (512, 1024, 2048)
"""FFT sizes whose magnitudes a critic looks at, after UnivNet (Jang and others, 2021)."""


class LowRank(Trainer):
    """Keeps what is learnt to the rank of a voice file all the time, not only at the end."""

    def step(self) -> None:
        """Make a step; every so often cut what was learnt to the rank."""
        super().step()
        if self.position.step % PROJECTED_EVERY == 0:
            self._project()

    def _project(self) -> None:
        base = load_file(self._base_folder / "weights.safetensors")
        changes = parameter_changes(difference(self.trained, base, self.voice_style()))
        with torch.no_grad():
            for name, parameter in self.trained.items():
                if name in changes:
                    parameter.copy_(base[name] + changes[name].reshape(parameter.shape))


class FullBand(Trainer):
    """Compares all frequencies, those too that the recordings do not hold."""

    def _read_entries(self) -> list[dataset.ClipEntry]:
        return [replace(entry, bandwidth_hz=losses.FULL_BAND_HZ) for entry in super()._read_entries()]


class StockMixedIn(Trainer):
    """Also learns from what the untouched base says, in the style it began with, so that it forgets less."""

    def _hear(self, windows: "Sequence[Window]", step: int) -> Heard:
        if not is_stock(windows[0][0]):
            return super()._hear(windows, step)
        style = self.start[:, :STYLE_SIZE]
        return acoustic_loss(self.network, windows, style, self.recipe, self.recipe.window_frames, None)

    def _compute_sound(self, draw: Draw) -> Computed:
        computed = super()._compute_sound(draw)
        return replace(computed, compared=()) if is_stock(draw.windows[0][0]) else computed

    def _draw(self, ahead: int = 0) -> Draw:
        draw = super()._draw(ahead)
        own = [clip for clip in draw.clips if not is_stock(clip)]
        if draw.clips and not own:
            own = [clip for clip in self.clips.ready if not is_stock(clip)][:1]
        return replace(draw, clips=own)


def is_stock(clip: "LoadedClip") -> bool:
    """True for a clip that the untouched base has spoken."""
    return clip.entry.clip_id.startswith(STOCK)


class SpeakerLoss(Trainer):
    """Also wants each window to be the speaker, by an encoder that is not the judge."""

    _speaker: torch.Tensor | None = None

    def _hear(self, windows: "Sequence[Window]", step: int) -> Heard:
        heard = super()._hear(windows, step)
        if self._speaker is None:
            self._speaker = self._speaker_vector()
        cosines = second_encoder.embed(heard.spoken, SAMPLE_RATE) @ self._speaker
        return replace(heard, loss=heard.loss + SPEAKER_WEIGHT * (1 - cosines).mean())

    def _speaker_vector(self) -> torch.Tensor:
        """Return the unit vector of the clips that are ready, shape (192,)."""
        with torch.no_grad():
            vectors = [second_encoder.embed(clip.samples, SAMPLE_RATE)[0] for clip in self.clips.ready]
        return normalize(torch.stack(vectors).mean(0), dim=0)


class Critics(Trainer):
    """Also has critics tell its windows from the recordings': HiFi-GAN's of several periods, UnivNet's of spectra."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        from TTS.vocoder.models.hifigan_discriminator import MultiPeriodDiscriminator

        torch.manual_seed(self.clock.seed)
        spectra = [_SpectrumCritic(size) for size in SPECTRA]
        self._critics = torch.nn.ModuleList([MultiPeriodDiscriminator(), *spectra]).to(self.device)
        rates: dict[str, Any] = {"lr": CRITIC_RATE, "betas": CRITIC_BETAS}
        self._critics_optimizer = torch.optim.AdamW(self._critics.parameters(), **rates)

    def _hear(self, windows: "Sequence[Window]", step: int) -> Heard:
        heard = super()._hear(windows, step)
        self._teach_critics(heard.spoken.detach(), heard.recorded)
        if self.position.step < CRITICS_ALONE_STEPS:
            return heard
        self._critics.requires_grad_(False)
        scores, features = self._ask(heard.spoken)
        _, wanted = self._ask(heard.recorded)
        self._critics.requires_grad_(True)
        verdict = sum((1 - score).square().mean() for score in scores) / len(scores)
        matching = sum((one - other).abs().mean() for one, other in zip(features, wanted, strict=True)) / len(features)
        return replace(heard, loss=heard.loss + verdict + MATCHING_WEIGHT * matching)

    def _teach_critics(self, spoken: torch.Tensor, recorded: torch.Tensor) -> None:
        self._critics_optimizer.zero_grad(set_to_none=True)
        pairs = zip(self._ask(spoken)[0], self._ask(recorded)[0], strict=True)
        sum(made.square().mean() + (1 - real).square().mean() for made, real in pairs).backward()
        self._critics_optimizer.step()

    def _ask(self, samples: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """Return all critics' scores and features of sounds (batch, samples)."""
        scores, features = [], []
        for critic in self._critics:
            said, noticed = critic(samples[:, None])
            scores += said
            features += [one for layer in noticed for one in layer]
        return scores, features


class _SpectrumCritic(torch.nn.Module):
    """UnivNet's critic of one resolution; coqui's own takes the spectrum without gradient, so nobody learns from it.

    Args:
        size: of the FFT.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        shapes = [(1, (3, 9), (1, 1)), *[(32, (3, 9), (1, 2))] * 3, (32, (3, 3), (1, 1))]
        self._layers = torch.nn.ModuleList(
            weight_norm(torch.nn.Conv2d(channels, 32, kernel, stride, (kernel[0] // 2, kernel[1] // 2)))
            for channels, kernel, stride in shapes
        )
        self._last = weight_norm(torch.nn.Conv2d(32, 1, 3, padding=1))

    def forward(self, samples: torch.Tensor) -> tuple[list[torch.Tensor], list[list[torch.Tensor]]]:
        """Return scores and features of sounds (batch, 1, samples), in lists as coqui's critics do."""
        values, noticed = spectra.magnitudes(samples[:, 0], self._size)[:, None].transpose(2, 3), []
        for layer in self._layers:
            values = leaky_relu(layer(values), 0.1)
            noticed.append(values)
        return [self._last(values).flatten(1)], [noticed]

"""The training loop of a released VITS: policies, discriminator warm-up, memory, numbers gone astray, going on."""

import logging
import math
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.base import Policy
from voiceclone.bases.coqui import clip_store
from voiceclone.bases.coqui.bundle import Bundle
from voiceclone.bases.coqui.optional import attempt
from voiceclone.bases.coqui.run_clock import RunClock, StoredPlan
from voiceclone.bases.coqui.vits import best
from voiceclone.bases.coqui.vits import losses as vits_losses
from voiceclone.bases.coqui.vits.best import BEST_FILE
from voiceclone.bases.coqui.vits.data import LoadedClip, load_clip, load_known_clips, make_batch, read_known_clips
from voiceclone.bases.coqui.vits.network import DISCRIMINATOR, load_network
from voiceclone.bases.coqui.vits.recipe import Recipe, is_trained, learns_speaker
from voiceclone.bases.coqui.voice_tensors import SPEAKER, difference, size_mb, write_voice_tensors
from voiceclone.bases.coqui.workarounds import WentAstray, guard_optimizer
from voiceclone.bases.memory import fewer_at_a_time, free_memory, is_out_of_memory
from voiceclone.bases.run.checkpoint import load_checkpoint, save_checkpoint
from voiceclone.bases.run.notes import add_note
from voiceclone.errors import TrainingError

if TYPE_CHECKING:
    import torch

_LOG = logging.getLogger(__name__)
CHECKPOINT_FILE = "checkpoint.safetensors"
SPEAKERS_FILE = "speakers.safetensors"
"""`speaker`: where the speaker's vector begins; `known.NAME`: vectors of known speakers whose clips are mixed in."""
KNOWN = "known."
WARM_UP = "warm-up"
"""Phase in which the discriminator learns alone."""
FINISH_RESERVE_S = 30.0


class VitsTrainer:
    """One run in memory; every method leaves the run folder fit to be continued from.

    Args:
        run_dir: a prepared run.
        bundle: the model.
        plan: of the run.
        recipe: its numbers.
        device: `cpu` or `cuda`.
        limit_mb: largest voice file.
    """

    def __init__(
        self, run_dir: Path, bundle: Bundle, plan: StoredPlan, recipe: Recipe, device: str, limit_mb: float
    ) -> None:
        from safetensors.torch import load_file

        self.run_dir, self.device, self.recipe, self.policy = run_dir, device, recipe, plan.policy
        self._bundle, self._limit_mb, self._seed = bundle, limit_mb, plan.seed
        self.adversarial = recipe.adversarial and plan.policy is not Policy.TRANSFER
        self.clock = RunClock(plan, recipe.default_minutes, FINISH_RESERVE_S)
        vectors = load_file(run_dir / SPEAKERS_FILE)
        self.start = vectors[SPEAKER].to(device)
        self._known_vectors = {name.removeprefix(KNOWN): vector.to(device) for name, vector in vectors.items()}
        self.batch_clips = recipe.batch_clips
        """Clips in memory at once; fewer than the recipe's after memory ran out, with as many gradients summed."""
        self._state: dict[str, Any] = {"rate_factor": 1.0, "returns": 0} | best.BEGINNING
        self._build()
        self._load_clips()
        if (run_dir / CHECKPOINT_FILE).is_file():
            self._load_checkpoint()
        self._saved_at = time.monotonic()

    # What learns ------------------------------------------------------------------------------

    def _build(self) -> None:
        """Load the base, mark what learns, and make the optimizers."""
        import torch

        self.network, released_discriminator = load_network(self._bundle, self.device, self.adversarial)
        self._warms_up = self.adversarial and not released_discriminator
        self.network.requires_grad_(False)
        self.speaker = torch.nn.Parameter(self.start.clone())
        has_table = bool(self._bundle.speaker_ids)
        self.speaker.requires_grad_(learns_speaker(self.policy, has_table))
        self.trained = {
            name: parameter.requires_grad_()
            for name, parameter in self.network.named_parameters()
            if is_trained(name, self.policy)
        }
        self.base = {name: parameter.detach().clone() for name, parameter in self.trained.items()}
        recipe = self.recipe
        # fused: its step counter may live on any device, which continuing from a checkpoint relies on.
        options: dict[str, Any] = {"betas": recipe.betas, "eps": recipe.epsilon, "fused": True}
        groups: list[dict[str, Any]] = []
        if self.trained:
            groups.append(
                {
                    "params": list(self.trained.values()),
                    "lr": recipe.generator_rate,
                    "weight_decay": recipe.weight_decay,
                }
            )
        if self.speaker.requires_grad:
            scale = float(self.start.square().mean().sqrt())
            groups.append(
                {"params": [self.speaker], "lr": recipe.speaker_rate_share * max(scale, 1e-3), "weight_decay": 0.0}
            )
        self._generator = torch.optim.AdamW(groups, **options)
        self._optimizers = [self._generator]
        if self.adversarial:
            self._discriminator = torch.optim.AdamW(
                self.network.disc.parameters(),
                lr=recipe.discriminator_rate,
                weight_decay=recipe.weight_decay,
                **options,
            )
            self._optimizers.append(self._discriminator)
        for optimizer in self._optimizers:
            guard_optimizer(optimizer, recipe.bad_steps)
            for group in optimizer.param_groups:
                group["full_rate"] = group["lr"]

    def _set_modes(self) -> None:
        """Let dropout work only within what learns."""
        self.network.eval()
        for module_name in {name.partition(".")[0] for name in self.trained}:
            getattr(self.network, module_name).train()

    def _load_clips(self) -> None:
        clips = clip_store.read_index(self.run_dir)

        def loaded(clip: clip_store.StoredClip) -> LoadedClip:
            sound = clip_store.read_sound(self.run_dir, clip)
            return load_clip(self.network, self._bundle, sound, clip.text, clip.language)

        self.language = clip_store.main_language(clips)
        self.held_out = [clip for clip in clips if clip.held_out]
        self._clips = [loaded(clip) for clip in clips if not clip.held_out]
        judged = self.held_out or [clip for clip in clips if not clip.held_out]
        self._judged = [loaded(clip) for clip in judged[: self.recipe.judged_clips]]
        known = [clip for clip in read_known_clips(self._bundle.folder) if clip.speaker in self._known_vectors]
        self._known = load_known_clips(self.network, self._bundle, known) if self.recipe.known_share else []

    # One unit of work -------------------------------------------------------------------------

    @property
    def finished(self) -> bool:
        """True once the plan is fulfilled."""
        return self.clock.finished

    def advance(self) -> None:
        """Make one step, judging the voice before it or after it when its time has come."""
        if self._state["judged"] == 0:
            self._judge()
        began = time.monotonic()
        phase = WARM_UP if self._warms_up and self.clock.share < self.recipe.warm_up_share else "learning"
        try:
            losses = self._step(phase)
        except WentAstray:
            self._go_back()
            return
        self.clock.note_step(time.monotonic() - began)
        if self._wants_judging(phase) and (distance := self._judge()) is not None:
            losses["held_out_mel"] = round(distance, 4)
        if self.batch_clips < self.recipe.batch_clips:
            losses["clips_at_once"] = self.batch_clips
        if math.isfinite(losses["loss"]):
            self.clock.append_metrics(self.run_dir, phase, losses)

    def _step(self, phase: str) -> dict[str, Any]:
        while True:
            try:
                return self._learn(phase)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                self._halve_batch()

    def _learn(self, phase: str) -> dict[str, Any]:
        """Sum the gradients of one batch, in as many parts as memory asks for, and step."""
        import torch

        chooser = self.clock.seed_step()
        clips = sorted(self._draw(chooser), key=lambda clip: len(clip.samples))
        parts = [clips[first : first + self.batch_clips] for first in range(0, len(clips), self.batch_clips)]
        for optimizer in self._optimizers:
            optimizer.zero_grad(set_to_none=True)
        self._set_modes()
        told: dict[str, float] = {}
        for part in parts:
            weight = len(part) / len(clips)
            for name, value in self._gradients(part, weight, phase).items():
                told[name] = told.get(name, 0.0) + weight * value
        for optimizer in [self._discriminator] if phase == WARM_UP else self._optimizers:
            parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
            for group in optimizer.param_groups:
                group["lr"] = group["full_rate"] * self._rate_scale()
            torch.nn.utils.clip_grad_norm_(parameters, self.recipe.gradient_norm)
            optimizer.step()
        return told

    def _gradients(self, clips: list[LoadedClip], weight: float, phase: str) -> dict[str, float]:
        """Add `weight` times the gradients of some clips; return their losses."""
        import torch

        network, told = self.network, {}
        batch = make_batch(network, clips, self.device)
        speakers = torch.cat([self._known_vectors[name] if name else self.speaker for name in batch.speakers])
        kind = self.device.partition(":")[0]
        with torch.autocast(kind, torch.bfloat16, enabled=self.recipe.half_precision):
            with torch.set_grad_enabled(phase != WARM_UP):
                outputs = vits_losses.forward(network, batch, speakers)
            if self.adversarial:
                network.disc.requires_grad_(True)
                loss = vits_losses.discriminator_loss(network, outputs)
                (weight * loss).backward()
                told["loss"] = told["loss_disc"] = float(loss.detach())
            if phase != WARM_UP:
                if self.adversarial:
                    network.disc.requires_grad_(False)
                losses = vits_losses.generator_losses(network, batch, outputs, self.adversarial)
                (weight * losses["loss"]).backward()
                told |= {name: float(value.detach()) for name, value in losses.items()}
        return told

    def _draw(self, chooser: random.Random) -> list[LoadedClip]:
        """Choose a batch: own clips, and known speakers' for their share of it."""
        count = self.recipe.batch_clips
        known = min(count - 1, round(self.recipe.known_share * count)) if self._known else 0
        own = count - known
        chosen = chooser.sample(self._clips, min(own, len(self._clips)))
        return chosen + chooser.sample(self._known, min(known, len(self._known)))

    def _rate_scale(self) -> float:
        """Return the share of the full learning rates that holds now: up at once, then down a cosine."""
        warm = min(1.0, (self.clock.step + 1) / self.recipe.rate_warm_up_steps)
        floor = self.recipe.final_rate_share
        falling = floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * self.clock.share))
        return warm * falling * self._state["rate_factor"]

    # When something goes wrong ----------------------------------------------------------------

    def _halve_batch(self) -> None:
        for optimizer in self._optimizers:
            optimizer.zero_grad(set_to_none=True)
        free_memory()
        if self.batch_clips == 1:
            raise TrainingError(
                "The memory is too small for this model, even with one recording at a time. Close other programs, "
                "cut the recordings into shorter ones, or choose the way of training that learns less."
            ) from None
        self.batch_clips = max(1, self.batch_clips // 2)
        self._note(fewer_at_a_time(self.batch_clips))

    def _go_back(self) -> None:
        """Return to the last checkpoint with half the learning rate.

        Raises:
            WentAstray: it went back too often already.
        """
        kept = self._state | {"returns": self._state["returns"] + 1, "rate_factor": self._state["rate_factor"] / 2}
        if kept["returns"] > self.recipe.returns:
            raise WentAstray
        elapsed_s = self.clock.elapsed_s
        if (self.run_dir / CHECKPOINT_FILE).is_file():
            clips_at_once = self.batch_clips
            self._load_checkpoint()
            self.batch_clips = clips_at_once
        else:
            self._build()
            self.clock.restore(0, elapsed_s)
        self._state |= kept
        self.clock.restore(self.clock.step, elapsed_s)
        self.clock.seed = self._seed + 7919 * kept["returns"]  # the same clips would lead astray again
        self._note(
            "The training went astray (its error grew beyond all numbers). It went back to its last checkpoint and "
            "learns half as fast."
        )

    def _note(self, sentence: str) -> None:
        add_note(self.run_dir, sentence)
        _LOG.warning(sentence)

    # Judging ----------------------------------------------------------------------------------

    def _wants_judging(self, phase: str) -> bool:
        mark = int(self.clock.share * self.recipe.evaluations)
        due = phase != WARM_UP and (mark > self._state.get("mark", 0) or self.clock.finished)
        if due:
            self._state["mark"] = mark
        return due

    def _judge(self) -> float | None:
        """Measure the voice by the held-out clips, and keep it when it is the best so far; None when that fails."""
        distance = attempt(
            self.run_dir,
            "The voice could not say the recordings it is judged by. The training goes on without being judged.",
            lambda: vits_losses.held_out_mel(self.network, self._judged, self.speaker.detach()),
        )
        if best.enter(self._state, self.clock.step, distance):
            write_voice_tensors(self.run_dir / BEST_FILE, self.voice_tensors())
        return distance

    def choose(self) -> dict[str, float]:
        """Write the best voice of the run as `voice.safetensors`; return what it was chosen by."""
        if self.clock.step > self._state.get("judged_step", -1):
            self._judge()
        start = {SPEAKER: self.start.float()}
        return best.keep(self.run_dir, self._state, start, self.voice_tensors, self.clock.step)

    def voice_tensors(self) -> "dict[str, torch.Tensor]":
        """Return the voice as it is now, as its file holds it."""
        trained, speaker = self.trained, {SPEAKER: self.speaker.detach().float()}
        tensors = difference(trained, self.base)
        if size_mb(tensors) > self._limit_mb - 1:
            tensors = difference(trained, self.base, limit_mb=self._limit_mb - 1)
        return speaker | tensors

    # On disk ----------------------------------------------------------------------------------

    def checkpoint_age_s(self) -> float:
        """Return how long ago the last checkpoint was written."""
        return time.monotonic() - self._saved_at

    def save_checkpoint(self) -> None:
        """Write everything that going on needs, whole or not at all."""
        about = {
            "step": self.clock.step,
            "elapsed_s": self.clock.elapsed_s,
            "state": self._state,
            "clips_at_once": self.batch_clips,
        }
        save_checkpoint(self.run_dir / CHECKPOINT_FILE, self._learnt(), self._optimizers, about)
        self._saved_at = time.monotonic()

    def _load_checkpoint(self) -> None:
        about = load_checkpoint(self.run_dir / CHECKPOINT_FILE, self._learnt(), self._optimizers)
        self.clock.restore(int(about["step"]), float(about["elapsed_s"]))
        self._state = dict(about["state"])
        self.batch_clips = int(about["clips_at_once"])
        self.clock.seed = self._seed + 7919 * self._state["returns"]

    def _learnt(self) -> "dict[str, torch.Tensor]":
        parameters = {SPEAKER: self.speaker, **self.trained}
        if self.adversarial:
            parameters |= {f"{DISCRIMINATOR}{name}": value for name, value in self.network.disc.named_parameters()}
        return parameters

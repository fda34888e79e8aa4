"""The training loop of a released VITS: policies, discriminator warm-up, judging."""

import math
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.base import Policy
from voiceclone.bases.coqui import clip_store
from voiceclone.bases.coqui.bundle import Bundle
from voiceclone.bases.coqui.vits import best
from voiceclone.bases.coqui.vits import losses as vits_losses
from voiceclone.bases.coqui.vits.best import BEST_FILE
from voiceclone.bases.coqui.vits.data import LoadedClip, load_clip, load_known_clips, make_batch, read_known_clips
from voiceclone.bases.coqui.vits.network import DISCRIMINATOR, load_network
from voiceclone.bases.coqui.vits.recipe import Recipe, is_trained, learns_speaker
from voiceclone.bases.coqui.voice_tensors import SPEAKER, difference, size_mb, write_voice_tensors
from voiceclone.bases.memory import Batching, fewer_at_a_time
from voiceclone.bases.run.checkpoint import load_checkpoint, read_about
from voiceclone.bases.run.clock import RunClock, rate_share
from voiceclone.bases.run.held_out import BestMoment
from voiceclone.bases.run.optional import attempt
from voiceclone.bases.run.plan import StoredPlan
from voiceclone.bases.run.trainer import RunTrainer, clip_gradients

if TYPE_CHECKING:
    import torch

SPEAKERS_FILE = "speakers.safetensors"
"""`speaker`: where the speaker's vector begins; `known.NAME`: vectors of known speakers whose clips are mixed in."""
KNOWN = "known."
WARM_UP = "warm-up"
"""Phase in which the discriminator learns alone."""
FINISH_RESERVE_S = 30.0


class VitsTrainer(RunTrainer):
    """Trains a released VITS, one run in memory.

    Only the mel distance tells a divergence by its level: adversarial losses rise and fall as the two networks take
    turns.

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

        super().__init__(run_dir, RunClock(plan, recipe.default_minutes, FINISH_RESERVE_S), ("loss_mel",))
        self.device, self.recipe, self.policy = device, recipe, plan.policy
        self._bundle, self._limit_mb = bundle, limit_mb
        self.adversarial = recipe.adversarial and plan.policy is not Policy.TRANSFER
        vectors = load_file(run_dir / SPEAKERS_FILE)
        self.start = vectors[SPEAKER].to(device)
        self._known_vectors = {name.removeprefix(KNOWN): vector.to(device) for name, vector in vectors.items()}
        self.batch_clips = recipe.batch_clips
        """Clips per forward pass; fewer than in the recipe after memory ran out (gradients are accumulated)."""
        self.best, self._judged_step = BestMoment(), -1
        self._build()
        self._load_clips()
        self.continue_from_checkpoint()

    # What learns ------------------------------------------------------------------------------

    def _build(self) -> None:
        """Load the base, mark trainable parameters and create the optimizers."""
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
            for group in optimizer.param_groups:
                group["full_rate"] = group["lr"]

    def _set_modes(self) -> None:
        """Enable dropout only in trained modules."""
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

    def advance(self) -> None:
        """Make one step, and judge the voice before the first one and whenever it is due."""
        if self.best.first_loss is None:
            self._judge()
        began = time.monotonic()
        phase = WARM_UP if self._warms_up and self.clock.share < self.recipe.warm_up_share else "learning"
        told = self.within_memory(lambda: self._learn(phase))
        self.count_step(began)
        finite = all(map(math.isfinite, told.values()))
        if self.note_losses({"loss_mel": told.get("loss_mel") if finite else math.nan}):
            return
        due = self.best.is_due(self.clock.share, 1 / self.recipe.evaluations) or self.clock.finished
        if phase != WARM_UP and due and (distance := self._judge()) is not None:
            told["held_out_mel"] = round(distance, 4)
        if self.batch_clips < self.recipe.batch_clips:
            told["clips_at_once"] = self.batch_clips
        self.tell(told, phase)

    def _learn(self, phase: str) -> dict[str, Any]:
        """Accumulate the gradients of one batch in as many parts as memory requires, and step."""

        chooser = self.clock.seed_step(self.divergence.returns)
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
        stepping = [self._discriminator] if phase == WARM_UP else self._optimizers
        if not math.isfinite(clip_gradients(stepping, self.recipe.gradient_norm)):
            return told | {"loss": math.nan}
        for optimizer in stepping:
            for group in optimizer.param_groups:
                group["lr"] = group["full_rate"] * self._rate_scale()
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
        """Draw a batch of own clips and, for their share, clips of known speakers."""
        count = self.recipe.batch_clips
        known = min(count - 1, round(self.recipe.known_share * count)) if self._known else 0
        own = count - known
        chosen = chooser.sample(self._clips, min(own, len(self._clips)))
        return chosen + chooser.sample(self._known, min(known, len(self._known)))

    def _rate_scale(self) -> float:
        """Return the share of the full learning rates that applies now."""
        recipe = self.recipe
        share = rate_share(self.clock.step, self.clock.share, recipe.rate_warm_up_steps, recipe.final_rate_share)
        return share * self.divergence.rate_share

    # When something goes wrong ----------------------------------------------------------------

    def use_less_memory(self) -> str:
        """Halve the clips in memory at once; return the sentence that says so."""
        self.batch_clips = Batching(self.batch_clips, 1).halved().clips
        return fewer_at_a_time(self.batch_clips)

    def memory_state(self) -> int:
        """Return the clips in memory at once."""
        return self.batch_clips

    def restore_memory_state(self, state: int) -> None:
        """Set the clips in memory at once."""
        self.batch_clips = state

    def begin_anew(self) -> None:
        """Forget everything that was learnt."""
        self._build()
        self.best = BestMoment(first_loss=self.best.first_loss)

    # Judging ----------------------------------------------------------------------------------

    def _judge(self) -> float | None:
        """Judge the voice on the held-out clips, and store it if it is the best so far; None when judging fails."""
        distance = attempt(
            self.run_dir,
            "The voice could not say the recordings it is judged by. The training goes on without being judged.",
            lambda: vits_losses.held_out_mel(self.network, self._judged, self.speaker.detach()),
        )
        loss = math.inf if distance is None or not math.isfinite(distance) else distance
        self._judged_step = self.clock.step
        if self.best.first_loss is None:
            self.best.first_loss = loss
        elif self.best.enter(self.clock.step, self.clock.share, loss):
            write_voice_tensors(self.run_dir / BEST_FILE, self.voice_tensors())
        return distance

    def choose(self) -> dict[str, float]:
        """Write the best voice of the run as `voice.safetensors`; return the figures behind the choice."""
        if self.clock.step > self._judged_step:
            self._judge()
        start = {SPEAKER: self.start.float()}
        return best.keep(self.run_dir, self.best, start, self.voice_tensors, self.clock.step)

    def voice_tensors(self) -> "dict[str, torch.Tensor]":
        """Return the tensors of the current voice."""
        trained, speaker = self.trained, {SPEAKER: self.speaker.detach().float()}
        tensors = difference(trained, self.base)
        if size_mb(tensors) > self._limit_mb - 1:
            tensors = difference(trained, self.base, limit_mb=self._limit_mb - 1)
        return speaker | tensors

    # On disk ----------------------------------------------------------------------------------

    def optimizers(self) -> "list[torch.optim.Optimizer]":
        """Return the generator's, and the discriminator's where there is one."""
        return self._optimizers

    def about_checkpoint(self) -> dict[str, Any]:
        """Return position, judgements and losses, under the names of the first version."""
        first, nearest = self.best.first_loss, self.best.best_loss
        start_mel = first if first is not None and math.isfinite(first) else None
        divergence = self.divergence.state()
        return {
            "step": self.clock.step,
            "elapsed_s": self.clock.elapsed_s,
            "clips_at_once": self.batch_clips,
            "watches": divergence["watches"],
            "state": {
                "returns": divergence["returns"],
                "rate_factor": self.divergence.rate_share,
                "judged": int(first is not None),
                "judged_step": self._judged_step,
                "start_mel": start_mel,
                "best_mel": start_mel if nearest is None else nearest,
                "best_step": self.best.best_step,
                "mark": round(self.best.judged_share * self.recipe.evaluations, 6),
            },
        }

    def restore(self, path: Path) -> tuple[int, float, float]:
        """Load a checkpoint."""
        about = read_about(path)
        state = about["state"]
        load_checkpoint(path, self.checkpoint_tensors(), self._optimizers)
        self.batch_clips = int(about["clips_at_once"])
        self.divergence.restore({"watches": about.get("watches", {}), "returns": state["returns"]})
        self._judged_step = int(state.get("judged_step", -1))
        first = math.inf if state["start_mel"] is None else float(state["start_mel"])
        self.best = BestMoment(
            first_loss=first if state["judged"] else None,
            best_loss=float(state["best_mel"]) if state["best_step"] else None,
            best_step=int(state["best_step"]),
            judged_share=state.get("mark", 0) / self.recipe.evaluations,
        )
        return int(about["step"]), float(about["elapsed_s"]), 0.0

    def checkpoint_tensors(self) -> "dict[str, torch.Tensor]":
        """Return the speaker, all that learns of the network, and the discriminator."""
        parameters = {SPEAKER: self.speaker, **self.trained}
        if self.adversarial:
            parameters |= {f"{DISCRIMINATOR}{name}": value for name, value in self.network.disc.named_parameters()}
        return parameters

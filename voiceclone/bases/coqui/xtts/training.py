"""Fine-tuning the GPT of XTTS v2 with coqui's own GPTTrainer model, in resumable slices."""

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from voiceclone.bases.coqui import clip_store, released
from voiceclone.bases.coqui.clip_store import StoredClip
from voiceclone.bases.coqui.voice_tensors import (
    difference,
    parameter_changes,
    read_voice_tensors,
    size_mb,
    write_voice_tensors,
)
from voiceclone.bases.coqui.workarounds import prepare_library, threads_kept
from voiceclone.bases.coqui.xtts import network
from voiceclone.bases.coqui.xtts.network import INPUT_RATE, TITLE
from voiceclone.bases.memory import Batching, fewer_at_a_time
from voiceclone.bases.run.checkpoint import load_checkpoint, read_about
from voiceclone.bases.run.clock import RunClock, rate_share
from voiceclone.bases.run.held_out import BestMoment
from voiceclone.bases.run.optional import held_out_error
from voiceclone.bases.run.plan import read_plan
from voiceclone.bases.run.trainer import RunTrainer, clip_gradients
from voiceclone.errors import BaseModelError

if TYPE_CHECKING:
    import torch

BEST_FILE = "best.safetensors"
"""The changes of the step with the lowest held-out loss."""
SMALL_VOICE_MB = 100
KEPT_GAIN = 0.9
"""Share of the gain in held-out loss that a low-rank voice must keep."""
PREFIX = "gpt."
LONGEST_CLIP_S = 255_995 / INPUT_RATE
"""`GPTArgs.max_wav_length`: 11.6 s."""
MAX_TEXT_TOKENS = 200
"""`GPTArgs.max_text_length`."""


@dataclass(frozen=True)
class XttsRecipe:
    """Numbers of the fine-tuning; those of coqui's recipe where the comment does not say otherwise
    (recipes/ljspeech/xtts_v2/train_gpt_xtts.py)."""

    rate: float = 5e-6
    weight_decay: float = 1e-2
    betas: tuple[float, float] = (0.9, 0.96)
    gradient_norm: float = 1.0
    """Ours: the library's default of 0 clips nothing, and its log then shows a norm of 0."""
    warm_up_steps: int = 10
    """Ours: AdamW's first steps are as large as its rate whatever the gradient."""
    clips_at_a_time: int = 1
    clips_per_step: int = 8
    """Ours: the recipe asks for 252 clips a step, which is more than most people record."""
    default_minutes: float = 60.0
    reserve_s: float = 120.0
    """Kept of a plan in minutes for writing and judging the voice."""
    judge_every_share: float = 0.1
    """Held-out clips are judged each time this share of the plan is done."""

    @classmethod
    def for_device(cls, device: str) -> "XttsRecipe":
        """Return the recipe for `cuda` or `cpu`."""
        return cls(clips_at_a_time=4, default_minutes=30.0) if device == "cuda" else cls()


@dataclass
class Position(BestMoment):
    """Position of a run; stored with each checkpoint."""

    step: int = 0
    elapsed_s: float = 0.0
    batch_clips: int = 0


def training_model(folder: Path) -> Any:
    """Build coqui's `GPTTrainer` around the released network; only the GPT can learn.

    Raises:
        BaseModelError: a file is missing or damaged.
    """
    prepare_library()
    with threads_kept():
        from TTS.tts.layers.xtts.trainer.gpt_trainer import GPTTrainer, GPTTrainerConfig

    dvae, mel_stats = (released.need_file(folder, (name,), TITLE) for name in network.TRAINING_FILES)
    config = GPTTrainerConfig()
    config.from_dict(network.read_config(folder).to_dict())
    arguments = config.model_args
    arguments.tokenizer_file = str(released.need_file(folder, (network.VOCAB_FILE,), TITLE))
    arguments.mel_norm_file, arguments.dvae_checkpoint = str(mel_stats), str(dvae)
    arguments.xtts_checkpoint = arguments.gpt_checkpoint = ""  # its own loading rewrites older files in place
    recipe = XttsRecipe()
    config.lr, config.optimizer, config.optimizer_wd_only_on_weights = recipe.rate, "AdamW", True
    config.optimizer_params = {"betas": list(recipe.betas), "eps": 1e-8, "weight_decay": recipe.weight_decay}
    try:
        model = GPTTrainer(config)
    except (RuntimeError, ValueError, KeyError, EOFError) as error:
        raise BaseModelError(f"{TITLE}: its training files are damaged. Get the model again.") from error
    stored = released.load_pth(dvae, TITLE, lazy=True)
    used = {name for name in model.dvae.state_dict() if name.startswith(("encoder.", "codebook."))}
    if used - set(stored):  # GPTTrainer loads it with strict=False and says nothing
        raise BaseModelError(f"{TITLE}: {dvae.name} is not the released file. Get the model again.")
    released.load_state(model.xtts, network.read_state(folder), TITLE, optional=("mel_stats",))
    model.requires_grad_(False)
    model.xtts.gpt.requires_grad_(True)
    return model


def why_not(clip: Any, tokenizer: Any) -> str | None:
    """Return in one sentence why a clip cannot be used for training, or None.

    The library would put its second clip in the place of every such one, without a word
    (`XTTSDataset.__getitem__`, xtts/trainer/dataset.py).
    """
    reason = clip_store.why_not_sound(clip, LONGEST_CLIP_S)
    if reason is not None:
        return reason
    reason = clip_store.reason_of(lambda: network.tokens_of(tokenizer, clip.text, clip.language))
    if reason is None and len(network.tokens_of(tokenizer, clip.text, clip.language)) > MAX_TEXT_TOKENS:
        return "A clip's text is too long for one clip; cut the recording into sentences."
    return reason


class XttsTrainer(RunTrainer):
    """Trains the GPT of XTTS v2, one run in memory."""

    def __init__(self, run_dir: Path, folder: Path, device: str) -> None:
        self.folder, self.device = folder, device
        self.recipe = XttsRecipe.for_device(device)
        plan = read_plan(run_dir, released.weights_sha256(folder))
        super().__init__(run_dir, RunClock(plan, self.recipe.default_minutes, self.recipe.reserve_s))
        self.position = Position(batch_clips=self.recipe.clips_at_a_time)
        self.model = training_model(folder).to(device)
        for part in ("torch_mel_spectrogram_style_encoder", "torch_mel_spectrogram_dvae"):
            getattr(self.model, part).mel_norms = getattr(self.model, part).mel_norms.to(device)
        self.gpt = self.model.xtts.gpt
        self.trainable = {PREFIX + name: value for name, value in self.gpt.named_parameters()}
        self.optimizer = self.model.get_optimizer()
        clips = clip_store.read_index(run_dir)
        self.clips = [clip for clip in clips if not clip.held_out]
        self.held_out = [clip for clip in clips if clip.held_out]
        self._items: dict[str, tuple[Any, Any]] = {}
        self.continue_from_checkpoint()

    # One step ---------------------------------------------------------------------------------

    def advance(self) -> None:
        """Judge the untrained network, or make a step and judge when due."""
        if self.position.first_loss is None and self.held_out:
            self.position.first_loss = held_out_error(self.run_dir, self.judge)
            return
        values = self._step()
        if self.note_losses({"loss": values.get("loss", math.nan)}):
            return
        due = self.position.is_due(self.clock.share, self.recipe.judge_every_share)
        if self.held_out and (due or self.clock.finished):
            error = self._keep_if_best()
            values |= {"eval_loss": error} if math.isfinite(error) else {}
        if "loss" in values:
            self.tell(values)

    @property
    def batching(self) -> Batching:
        """Clips at a time: as in the recipe, unless memory ran out."""
        clips = self.position.batch_clips
        return Batching(clips, -(-self.recipe.clips_per_step // clips))

    def _step(self) -> dict[str, Any]:
        """Make one step and return its metrics; empty when it was skipped."""
        began = time.monotonic()
        values = self.within_memory(self._accumulate)
        for group in self.optimizer.param_groups:
            warm = rate_share(self.clock.step, self.clock.share, self.recipe.warm_up_steps)
            group["lr"] = self.recipe.rate * warm * self.divergence.rate_share
        if values is not None:
            self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.count_step(began)
        return values or {}

    def _accumulate(self) -> dict[str, float] | None:
        """Accumulate the gradients of one step; None when they are not finite."""
        chooser, rounds = self.clock.seed_step(self.divergence.returns), self.batching.rounds
        self.model.eval()
        self.gpt.train()
        sums = {"loss": 0.0, "loss_mel": 0.0, "loss_text": 0.0}
        for _ in range(rounds):
            losses = self._losses(chooser.choices(self.clips, k=self.batching.clips), chooser)
            (losses["loss"] / rounds).backward()
            for name, key in (("loss", "loss"), ("loss_mel", "loss_mel_ce"), ("loss_text", "loss_text_ce")):
                sums[name] += float(losses[key].detach()) / rounds
        norm = clip_gradients([self.optimizer], self.recipe.gradient_norm)
        return sums | {"grad_norm": norm} if math.isfinite(norm) else None

    def _losses(self, clips: Sequence[StoredClip], chooser: Random | None) -> dict[str, "torch.Tensor"]:
        import torch

        bf16 = self.device == "cuda" and torch.cuda.is_bf16_supported()
        batch = self.model.format_batch_on_device(self._batch(clips, chooser))
        if chooser is None:
            batch["cond_idxs"] = None  # as GPTTrainer.eval_step does: the same prompt for every judgement
        with torch.autocast("cuda" if self.device == "cuda" else "cpu", torch.bfloat16, enabled=bf16):
            return self.model.train_step(batch, None)[1]

    def _batch(self, clips: Sequence[StoredClip], chooser: Random | None) -> dict[str, Any]:
        """Return clips as `XTTSDataset` would; `chooser` draws the part of each that is its own prompt."""
        import torch
        from TTS.tts.layers.xtts.trainer.dataset import XTTSDataset

        items = []
        for clip in clips:
            tokens, sound = self._item(clip)
            prompt, place = self._prompt(sound, chooser)
            items.append(
                {
                    "text": tokens,
                    "text_lengths": torch.tensor(len(tokens)),
                    "wav": sound,
                    "wav_lengths": torch.tensor(sound.shape[-1]),
                    "conditioning": prompt[None],
                    "cond_lens": torch.tensor([torch.nan]),
                    "cond_idxs": torch.tensor(place),
                }
            )
        batch = XTTSDataset.collate_fn(None, items)
        return {name: value.to(self.device) if torch.is_tensor(value) else value for name, value in batch.items()}

    def _item(self, clip: StoredClip) -> "tuple[torch.Tensor, torch.Tensor]":
        import torch

        if clip.clip_id not in self._items:
            tokens = network.tokens_of(self.model.xtts.tokenizer, clip.text, clip.language)
            sound = torch.from_numpy(clip_store.read_sound(self.run_dir, clip).samples.copy())[None]
            self._items[clip.clip_id] = torch.tensor(tokens, dtype=torch.int32), sound
        return self._items[clip.clip_id]

    def _prompt(self, sound: "torch.Tensor", chooser: Random | None) -> "tuple[torch.Tensor, list[int]]":
        """Return 3 to 6 s of a clip (half of a shorter one) padded to 6 s, and where it lies, in samples."""
        import torch

        arguments = self.model.config.model_args
        shortest, longest = arguments.min_conditioning_length, arguments.max_conditioning_length
        length = chooser.randint(shortest, longest) if chooser else (shortest + longest) // 2
        if length > sound.shape[-1]:
            length = sound.shape[-1] // 2
        start = chooser.randint(0, sound.shape[-1] - length) if chooser else 0
        cut = sound[:, start : start + length]
        return torch.nn.functional.pad(cut, (0, longest - length)), [start, start + length]

    # Judging ----------------------------------------------------------------------------------

    def judge(self) -> float:
        """Return the mean loss of the current network on the held-out clips."""
        import torch

        self.model.eval()
        with torch.no_grad():
            losses = [float(self._losses([clip], None)["loss"]) for clip in self.held_out]
        return sum(losses) / len(losses)

    def _keep_if_best(self) -> float:
        loss = held_out_error(self.run_dir, self.judge)
        if self.position.enter(self.clock.step, self.clock.share, loss):
            write_voice_tensors(self.run_dir / BEST_FILE, difference(self.trainable, self._base()))
        return loss

    def _base(self) -> "dict[str, torch.Tensor]":
        return network.read_state(self.folder)

    # The voice --------------------------------------------------------------------------------

    def learnt_changes(self) -> "dict[str, torch.Tensor]":
        """Return the tensors of the best step for a voice file; none when training improved nothing.

        Low rank where that keeps nine tenths of the gain, otherwise full rank in half precision.
        """
        if self.held_out and self.position.judged_share < self.clock.share:
            self._keep_if_best()  # stopped between two judgements
        if not self.position.was_judged:
            return difference(self.trainable, self._base()) if self.clock.step else {}
        whole = read_voice_tensors(self.run_dir / BEST_FILE) if self.position.best_loss is not None else {}
        whole = {name: value.half() for name, value in whole.items()}
        if size_mb(whole) <= SMALL_VOICE_MB:
            return whole
        self.put_on(whole)
        small = difference(self.trainable, self._base(), SMALL_VOICE_MB)
        self.put_on(small)
        gain = self.position.first_loss - self.position.best_loss
        kept = self.position.first_loss - held_out_error(self.run_dir, self.judge)
        return small if kept >= KEPT_GAIN * gain else whole

    def put_on(self, changes: "dict[str, torch.Tensor]") -> None:
        """Set the network to the base plus `changes`, discarding what was trained."""
        import torch

        base, changed = self._base(), parameter_changes(changes)
        with torch.no_grad():
            for name, parameter in self.trainable.items():
                value = base[name].float()
                parameter.copy_(value + changed[name].reshape(value.shape) if name in changed else value)

    # On disk ----------------------------------------------------------------------------------

    def optimizers(self) -> "tuple[torch.optim.Optimizer]":
        """Return the one there is."""
        return (self.optimizer,)

    def checkpoint_tensors(self) -> "dict[str, torch.Tensor]":
        """Return the whole GPT."""
        return self.trainable

    def about_checkpoint(self) -> dict[str, Any]:
        """Return position, judgements and losses."""
        self.position.step, self.position.elapsed_s = self.clock.step, self.clock.elapsed_s
        return {"position": asdict(self.position)} | self.divergence.state()

    def restore(self, path: Path) -> tuple[int, float, float]:
        """Load a checkpoint."""
        about = read_about(path)
        load_checkpoint(path, self.trainable, self.optimizers())
        self.position = Position(**about["position"])
        self.divergence.restore(about)
        return self.position.step, self.position.elapsed_s, 0.0

    def begin_anew(self) -> None:
        """Forget everything that was learnt."""
        self.put_on({})
        self.optimizer.state.clear()
        self.position = Position(first_loss=self.position.first_loss, batch_clips=self.position.batch_clips)

    def use_less_memory(self) -> str:
        """Halve the clips at a time; return the sentence that says so."""
        self.position.batch_clips = self.batching.halved().clips
        return fewer_at_a_time(self.position.batch_clips)

    def memory_state(self) -> int:
        """Return the clips at a time."""
        return self.position.batch_clips

    def restore_memory_state(self, state: int) -> None:
        """Set the clips at a time."""
        self.position.batch_clips = state

"""The interface every base model stands behind, and the values that cross it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from voiceclone.audio.sound import Audio
from voiceclone.progress import OnProgress, ShouldStop


class Policy(StrEnum):
    """How much of a network learns when it is adapted to a voice."""

    INSTANT = "instant"
    """Nothing is trained: the speaker is described by numbers measured from the recordings."""
    TRANSFER = "transfer"
    """The network is frozen; only the numbers that describe the speaker learn."""
    FINE_TUNE = "fine-tune"
    """The layers that make the sound learn; those that read the text stay."""
    FULL = "full"
    """Everything learns."""


class Effort(StrEnum):
    """How much a person is ready to wait for; what it means in steps is the base's to say (`workload`)."""

    QUICK = "quick"
    """A first voice."""
    BETTER = "better"
    BEST = "best"


class Ability(StrEnum):
    """What a base model can do besides speaking."""

    INSTANT = "instant"
    """Make a voice from recordings in seconds (`make_instant_voice`)."""
    TRAIN = "train"
    """Be trained on recordings (`prepare`, `train_slice`, `finish`)."""
    CONVERT = "convert"
    """Say a recording's words in a voice (`convert`)."""


@dataclass(frozen=True)
class TrainingClip:
    """One clip as a base model sees it: sound, what is said in it, and in which language."""

    clip_id: str
    audio: Audio
    text: str
    language: str
    speech_s: float | None = None
    """Seconds of speech in it, pauses at its ends left out; None where that was not measured."""

    @property
    def usable_s(self) -> float:
        """Seconds that count as speech: the figure a person was told before, else the whole length."""
        return self.audio.duration_s if self.speech_s is None else self.speech_s


@dataclass(frozen=True)
class TrainingPlan:
    """How long and with which randomness to train; what is None is derived by the base."""

    minutes: float | None = None
    """Whole run on the clock, preparation included; None lets `steps` or the base decide."""
    steps: int | None = None
    """Optimizer steps; None lets `minutes` or the base decide."""
    seed: int = 0
    policy: Policy | None = None
    """What learns; None is the base's first choice, `BaseModel.policies[0]`."""

    def __post_init__(self) -> None:
        if self.minutes is not None and self.steps is not None:
            raise ValueError("Give either minutes or steps, not both.")


@dataclass(frozen=True)
class SliceResult:
    """Where a run stands after one slice of training."""

    step: int
    """Steps done since the run began."""
    total_steps: int
    """Best present guess when the plan is in minutes."""
    finished: bool
    """True when the plan is fulfilled and `voice.safetensors` in the run folder is final."""


@dataclass(frozen=True)
class Workload:
    """What one effort comes to with so much speech."""

    steps: int
    prepared_s: float
    """Speech that is made ready for them, seconds."""
    wants_more_speech: bool = False
    """True where the steps were held back because there is too little speech for more of them."""


@dataclass(frozen=True)
class StockVoice:
    """A voice that came with a base model: nobody's clone, to speak with and to compare."""

    voice_id: str
    """As the model names it, for example `af_heart`."""
    name: str
    """What a person calls it."""
    language: str = ""
    """Code of the language it was recorded in, which need not be one that is spoken here; nothing where unknown."""
    sex: str = ""
    """`female`, `male`, or nothing where unknown."""


VOICE_FILE = "voice.safetensors"
"""In the run folder: the voice that a training ends in, as `finish` leaves it."""
START_VOICE_FILE = "start_voice.safetensors"
"""A voice file of this name in a run folder is what learning goes on from, in place of a stock voice; only bases whose
`continues_voices` is True are given one."""


class BaseModel(Protocol):
    """A speech model that can be adapted to a voice.

    A run folder belongs to the base while it trains: it appends to `metrics.jsonl`
    (`{"step": int, "total_steps": int, "loss": float, "phase": str, "elapsed_s": float, "eta_s": float, ...}`),
    may tell in `notes.json` (a list of sentences) what a person should know besides the losses,
    keeps its checkpoint there, and leaves `voice.safetensors`. It must be able to go on
    from its last checkpoint after the process was killed at any moment.

    A base may also have `workload(effort, speech_s, device) -> Workload` (how many steps an `Effort` is worth on `cpu`
    or `cuda`; without it the page offers minutes), `training_facts(clip_count, device) -> dict` and
    `precision() -> str` (figures for people who want to know), `continues_voices = True` (see `START_VOICE_FILE`), and
    `stock_voices() -> tuple[StockVoice, ...]` (none before it is ready); `speak` then takes the id of one, too.
    """

    base_id: str
    """Stable identifier, for example `kokoro-82m`."""
    title: str
    licence: str
    """SPDX name of the weights' licence."""
    may_share_voices: bool
    """False when the licence forbids passing on an adapted voice."""
    languages: tuple[str, ...]
    sample_rate: int
    abilities: frozenset[Ability]
    policies: tuple[Policy, ...]
    """Ways it can be trained, the advised one first; `Policy.INSTANT` is never among them."""
    max_voice_mb: int
    """Largest voice file it makes or takes."""

    def is_ready(self) -> bool:
        """True when the weights lie converted and complete in the data folder."""

    def ensure_ready(self, on_progress: OnProgress | None = None) -> None:
        """Get the weights in place, once.

        Raises:
            BaseModelError: a part is missing or damaged; the message names the remedy.
        """

    def prepare(
        self,
        clips: Sequence[TrainingClip],
        run_dir: Path,
        plan: TrainingPlan,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> None:
        """Turn clips into the base's own training data inside `run_dir` (features, alignment)."""

    def train_slice(self, run_dir: Path, budget_s: float, should_stop: ShouldStop | None = None) -> SliceResult:
        """Train from the last checkpoint for about `budget_s` seconds, save, and tell where it stands.

        When `should_stop` turns True the voice learnt so far is saved and the slice returns
        with `finished=False`.
        """

    def finish(self, run_dir: Path) -> None:
        """Write the final `voice.safetensors` from the last checkpoint (after Stop, too)."""

    def make_instant_voice(
        self, clips: Sequence[TrainingClip], voice_path: Path, on_progress: OnProgress | None = None
    ) -> None:
        """Write a voice file from 1 to 10 clips without training; seconds. Only with `Ability.INSTANT`."""

    def convert(
        self,
        voice_path: Path,
        audio: Audio,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Audio:
        """Return the same words in the voice of `voice_path`. Only with `Ability.CONVERT`.

        Raises:
            Cancelled: `should_stop` said so, between two pieces of at most 20 s.
        """

    def speak(self, voice: Path | str | None, text: str, language: str, speed: float = 1.0) -> Audio:
        """Speak ONE sentence-sized text (see `voiceclone.text.sentences`) with a voice file.

        `voice=None` is the base's first choice of its stock voices, a str the id of one of them.
        """


@runtime_checkable
class HeardWhileTraining(Protocol):
    """What a base adds whose voice can be heard and kept while it learns; a base without it keeps its last voice.

    None of these changes what training does next, not even by the random numbers it draws
    (`compute.random_state_untouched`).
    """

    def train_slice(
        self, run_dir: Path, budget_s: float, should_stop: ShouldStop | None = None, until_step: int | None = None
    ) -> SliceResult:
        """As in `BaseModel`, and the slice ends with step `until_step`, too."""

    def finish(self, run_dir: Path, chosen: Path | None = None) -> None:
        """As in `BaseModel`; `chosen` is a file that `write_learnt` made: the final voice, judged already."""

    def save(self, run_dir: Path) -> None:
        """Save what was learnt, unless it is saved already; asked before a candidate is made, which takes a while."""

    def load(self, run_dir: Path) -> None:
        """Load what training this run needs; whatever else is asked of the run first would do it, too."""

    def held_out(self, run_dir: Path) -> list[Audio]:
        """Return the recordings of this run that nothing is learnt from; may be none."""

    def recordings(self, run_dir: Path, seconds: float) -> list[Audio]:
        """Return recordings of this run, at least `seconds` of them where there are so many.

        The held-out ones come first; the others are learnt from.
        """

    def speak_start(self, run_dir: Path, sentences: Sequence[str]) -> list[Audio]:
        """Say sentences in the untouched stock voice that this run begins from; cheap before the first step."""

    def speak_learnt(self, run_dir: Path, sentences: Sequence[str]) -> list[Audio]:
        """Say sentences in the voice as it is now, in the language of the recordings."""

    def held_out_loss(self, run_dir: Path) -> float | None:
        """Return the loss, as `metrics.jsonl` tells it, on recordings that nothing is learnt from; None without any."""

    def write_learnt(self, run_dir: Path, voice_path: Path) -> None:
        """Write the voice as it is now as a voice file, whole or not at all."""

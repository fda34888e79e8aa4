"""The interface of all base models, and the values that cross it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from voiceclone.audio.sound import Audio
from voiceclone.progress import OnProgress, ShouldStop


class Policy(StrEnum):
    """Which parts of a network are trained when it is adapted to a voice."""

    INSTANT = "instant"
    """No training: a speaker embedding is computed from the recordings."""
    TRANSFER = "transfer"
    """The network is frozen; only the speaker embedding is trained."""
    FINE_TUNE = "fine-tune"
    """The layers that produce sound are trained; those that read text are frozen."""
    FULL = "full"
    """Everything is trained."""


class Effort(StrEnum):
    """How long a person is willing to wait; the base says what that means in steps (`EstimatesWorkload`)."""

    QUICK = "quick"
    """Enough for a first voice."""
    BETTER = "better"
    BEST = "best"
    OVERNIGHT = "overnight"
    """As long as it helps: cools down and ends when the candidates level off, at the latest after a number of steps.
    Only for bases that are heard while they learn and can cool down (`HeardWhileTraining`, `CoolsDown`)."""


class Ability(StrEnum):
    """What a base model can do besides speaking."""

    INSTANT = "instant"
    """Makes a voice from recordings in seconds (`make_instant_voice`)."""
    TRAIN = "train"
    """Can be trained on recordings (`prepare`, `train_slice`, `finish`)."""
    CONVERT = "convert"
    """Converts a recording to a voice (`convert`)."""


@dataclass(frozen=True)
class TrainingClip:
    """One clip as a base model gets it: sound, transcript and language."""

    clip_id: str
    audio: Audio
    text: str
    language: str
    speech_s: float | None = None
    """Seconds of speech, without the pauses at both ends; None if not measured."""

    @property
    def usable_s(self) -> float:
        """Seconds that count as speech: `speech_s`, otherwise the whole length."""
        return self.audio.duration_s if self.speech_s is None else self.speech_s


@dataclass(frozen=True)
class TrainingPlan:
    """How long to train, what, and with which seed; the base fills in what is None."""

    minutes: float | None = None
    """Wall-clock time of the whole run, preparation included; None lets `steps` or the base decide."""
    steps: int | None = None
    """Optimizer steps; None lets `minutes` or the base decide."""
    seed: int = 0
    policy: Policy | None = None
    """None is the base's first choice, `BaseModel.policies[0]`."""
    open_ended: bool = False
    """True where `steps` is only an upper bound and the run is told when to end (`abilities.CoolsDown`)."""

    def __post_init__(self) -> None:
        if self.minutes is not None and self.steps is not None:
            raise ValueError("Give either minutes or steps, not both.")
        if self.open_ended and self.steps is None:
            raise ValueError("An open-ended plan needs an upper bound in steps.")


@dataclass(frozen=True)
class SliceResult:
    """Progress of a run after one slice of training."""

    step: int
    """Steps since the run began."""
    total_steps: int
    """A guess when the plan is in minutes."""
    finished: bool
    """True when the plan is fulfilled and `voice.safetensors` in the run folder is final."""
    step_cost: float = 1.0
    """Time that a step takes now, in that of the first ones."""


@dataclass(frozen=True)
class Workload:
    """What one effort means for a given amount of speech."""

    steps: int
    prepared_s: float
    """Seconds of speech to preprocess."""
    wants_more_speech: bool = False
    """True when there are fewer steps than the effort asks for, because there is too little speech."""
    step_cost: float = 1.0
    """Mean time of a step, in that of the first ones, by which a computer's speed is measured."""


@dataclass(frozen=True)
class StockVoice:
    """A voice that comes with a base model; nobody's clone."""

    voice_id: str
    """The model's own name, for example `af_heart`."""
    name: str
    """Display name."""
    language: str = ""
    """Language code of its recordings, not necessarily one the base speaks; empty if unknown."""
    sex: str = ""
    """`female`, `male`, or empty if unknown."""


VOICE_FILE = "voice.safetensors"
"""In the run folder: the final voice, as `finish` leaves it."""
START_VOICE_FILE = "start_voice.safetensors"
"""A voice file of this name in a run folder is where training starts, instead of a stock voice. Only bases for which
`abilities.continues_voices` is True are given one."""


class BaseModel(Protocol):
    """A speech model that can be adapted to a voice.

    A run folder belongs to the base during training. The base appends to `metrics.jsonl`
    (`{"step": int, "total_steps": int, "loss": float, "phase": str, "elapsed_s": float, "eta_s": float, ...}`), may add
    remarks for the user to `notes.json` (a list of sentences), keeps its checkpoint there, and leaves
    `voice.safetensors`. It must be able to resume from its last checkpoint after a kill at any moment.

    Optional abilities (stock voices, candidates, estimates …) are the protocols of `bases.abilities`.
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
    """Ways to train it, the recommended one first; never `Policy.INSTANT`."""
    max_voice_mb: int
    """Largest voice file it writes or accepts."""

    def is_ready(self) -> bool:
        """True when the converted weights are complete in the data folder."""

    def ensure_ready(self, on_progress: OnProgress | None = None) -> None:
        """Install the weights, once.

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
        """Train for about `budget_s` seconds from the last checkpoint; save, and return the progress.

        When `should_stop` returns True, the current state is saved and the slice ends with `finished=False`.
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
            Cancelled: `should_stop` returned True; asked between pieces of at most 20 s.
        """

    def speak(self, voice: Path | str | None, text: str, language: str, speed: float = 1.0) -> Audio:
        """Speak ONE sentence-sized text (see `voiceclone.text.sentences`) with a voice file.

        `voice=None` is the base's first choice of its stock voices, a str the id of one of them.
        """

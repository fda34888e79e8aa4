"""Optional abilities of a base model, each a protocol; ask with `isinstance(base, …)` before using one.

A base has an ability when it has the methods and attributes of the protocol. A method set to None counts as absent.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from voiceclone.audio.sound import Audio
from voiceclone.bases.base import BaseModel, Effort, SliceResult, StockVoice, Workload
from voiceclone.errors import InputError
from voiceclone.progress import ShouldStop
from voiceclone.text.languages import colour_only, language_name


@runtime_checkable
class HasStockVoices(Protocol):
    """Comes with voices of its own; `BaseModel.speak` then also takes the id of one."""

    def stock_voices(self) -> tuple[StockVoice, ...]:
        """Return the voices that came with the weights; none before the base is ready."""


@runtime_checkable
class ContinuesVoices(Protocol):
    """Can continue training a voice; ask `continues_voices(base)`, which also reads the flag."""

    continues_voices: bool
    """True when training continues from `base.START_VOICE_FILE` where the run folder holds one."""


@runtime_checkable
class EstimatesWorkload(Protocol):
    """Knows how many steps an `Effort` is worth; for a base without this the page offers minutes."""

    def workload(self, effort: Effort, speech_s: float, device: str = "cpu") -> Workload:
        """Return what an effort comes to with `speech_s` seconds of usable speech on `cpu` or `cuda`."""


@runtime_checkable
class TellsTrainingFacts(Protocol):
    """Can show the numbers of its recipe to people who want to know."""

    def training_facts(self, clip_count: int, device: str = "cpu") -> dict[str, float]:
        """Return figures of a training from `clip_count` clips on `cpu` or `cuda`, by name."""


@runtime_checkable
class TellsPrecision(Protocol):
    """Can say which number format it computes in."""

    def precision(self) -> str:
        """Return for example `bfloat16`; may load torch."""


@runtime_checkable
class ChecksVoiceFiles(Protocol):
    """Can tell whether a voice file fits its network."""

    def check_voice_file(self, path: Path) -> None:
        """Raise `VoiceFileError` unless the tensors of the file fit; reads names and shapes only where it can."""


@runtime_checkable
class WritesForOtherPrograms(Protocol):
    """Can write a voice in a form that other programs load without VoiceClone."""

    def write_for_other_programs(self, voice_path: Path, target: Path, about: str) -> None:
        """Write a zip file of the voice in `voice_path` to `target`, with `about` (Markdown) as its README.md."""


@runtime_checkable
class HasWeightsHash(Protocol):
    """Has weights on disk; a voice works only with the weights it was made for."""

    @property
    def weights_sha256(self) -> str:
        """SHA-256 of the weights; empty when it is not known."""


@runtime_checkable
class HeardWhileTraining(Protocol):
    """Its voice can be heard and kept during training; a base without this keeps the last voice of a run.

    None of these methods changes what training does next, not even the random numbers it draws
    (`compute.preserved_random_state`).
    """

    def train_slice(
        self, run_dir: Path, budget_s: float, should_stop: ShouldStop | None = None, until_step: int | None = None
    ) -> SliceResult:
        """As in `BaseModel`; the slice also ends after step `until_step`."""

    def finish(self, run_dir: Path, chosen: Path | None = None) -> None:
        """As in `BaseModel`; `chosen` is a judged file from `write_learnt` that becomes the final voice."""

    def save(self, run_dir: Path) -> None:
        """Write a checkpoint unless the last one is of this step; called before a candidate is made."""

    def load(self, run_dir: Path) -> None:
        """Load what training this run needs; any other request would load it too."""

    def held_out(self, run_dir: Path) -> list[Audio]:
        """Return the recordings that are never trained on; may be empty."""

    def recordings(self, run_dir: Path, seconds: float) -> list[Audio]:
        """Return at least `seconds` of the run's recordings, or all of them, the held-out ones first."""

    def speak_start(self, run_dir: Path, sentences: Sequence[str]) -> list[Audio]:
        """Speak sentences in the untouched stock voice the run began from; cheap before the first step."""

    def speak_learnt(self, run_dir: Path, sentences: Sequence[str]) -> list[Audio]:
        """Speak sentences in the voice as it is now, in the language of the recordings."""

    def held_out_loss(self, run_dir: Path) -> float | None:
        """Return the loss, as in `metrics.jsonl`, on held-out recordings; None when there are none."""

    def write_learnt(self, run_dir: Path, voice_path: Path) -> None:
        """Write the voice as it is now as a voice file, whole or not at all."""


@runtime_checkable
class CoolsDown(Protocol):
    """Can train open-ended (`TrainingPlan.open_ended`): at a constant learning rate until it is told to cool down.

    Where it never is, it cools down in time to end within the steps of the plan.
    """

    def cool_down(self, run_dir: Path, since_step: int) -> None:
        """Let the learning rate fall from `since_step` on, and the run end with that (`bases.run.cool_down`).

        The first call counts; later ones, after a restart for example, change nothing. Plans with a set end are left
        alone.
        """


def continues_voices(base: object) -> bool:
    """True when training with this base can continue from an existing voice."""
    return isinstance(base, ContinuesVoices) and base.continues_voices


@runtime_checkable
class HearsMoreLanguages(Protocol):
    """Can learn a voice from recordings in languages that it does not speak."""

    recorded_languages: tuple[str, ...]
    """All languages that recordings may be in, those it speaks among them."""


def recorded_languages(base: BaseModel) -> tuple[str, ...]:
    """Return the languages of recordings that a base learns from."""
    return base.recorded_languages if isinstance(base, HearsMoreLanguages) else base.languages


INSTEAD = "Train with the model that comes with VoiceClone, or leave these recordings out."
"""What to do about recordings that a base cannot learn from."""


def cannot_learn_from(base_title: str, heard: Sequence[str], languages: Iterable[str]) -> str:
    """Return a sentence where recordings are in a language that no voice speaks and a base cannot learn from; or "".

    Args:
        base_title: its title.
        heard: the languages it learns from, as `recorded_languages` returns them.
        languages: those of the recordings.
    """
    refused = {code for code in languages if colour_only(code) and code not in heard}
    names = ", ".join(sorted(map(language_name, refused)))
    return f"{base_title} cannot learn from recordings in {names}." if refused else ""


def check_learns_from(base: BaseModel, languages: Iterable[str]) -> None:
    """Raise `InputError` where recordings are in a language that no voice speaks, and `base` cannot learn from it."""
    refusal = cannot_learn_from(base.title, recorded_languages(base), languages)
    if refusal:
        raise InputError(f"{refusal} {INSTEAD}")

"""Make a blind listening test: speak or read every pair, trim it to its words, match loudness, hide the order."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from voiceclone.audio.sound import Audio, encode_wav, loudness_lufs, resample
from voiceclone.blind.library import BlindTestLibrary, sound_path
from voiceclone.blind.model import (
    FIRST,
    MIN_PAIRS,
    PAIRS,
    RECORDING,
    STOCK,
    VOICE,
    BlindTest,
    Pair,
    Side,
    checked_question,
    hidden_order,
)
from voiceclone.clips.model import Clip, is_trainable
from voiceclone.errors import Cancelled, InputError, NotEnoughSpeechError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.services.projects import ProjectService
from voiceclone.services.runs import RunService
from voiceclone.services.speech import SpeechService
from voiceclone.services.voices import VoiceService
from voiceclone.storage import disk
from voiceclone.text.languages import LANGUAGES, speakable
from voiceclone.training.runs import RunStatus

SHORTEST_CLIP_S, LONGEST_CLIP_S = 1.5, 9.0
"""About a sentence: of shorter ones too little is heard, of longer ones the beginning is forgotten."""
STOCK_NAME = "the stock voice"
RECORDING_NAME = "your recordings"
_NO_PROJECT = "Choose whose recordings are compared: the voice does not say what it was made from."


@dataclass(frozen=True)
class _Sentence:
    """The text of a pair; `clip` is its recording if one side consists of recordings."""

    text: str
    clip: Clip | None = None
    was_learnt: bool = False


@dataclass(frozen=True)
class Workbench:
    """The services a test is made with."""

    projects: ProjectService
    voices: VoiceService
    runs: RunService
    speech: SpeechService


class BlindMaker:
    """Makes one test.

    Args:
        bench: the services it uses.
        one: the id or name of a voice, `stock`, or `recording`.
        other: likewise, but different.
        question: see `blind.model.QUESTIONS`.
        project_id: the project with the recordings, if the training of the voice is no longer known.
        seed: of the hidden order; None draws one.

    Raises:
        InputError: both sides are the same, or a voice cannot read text.
        NotFoundError: there is no such voice.
        NotEnoughSpeechError: there are too few recordings of about a sentence.
    """

    def __init__(
        self,
        bench: Workbench,
        one: str,
        other: str,
        question: str,
        project_id: str | None = None,
        seed: int | None = None,
    ) -> None:
        self._bench = bench
        self._question = checked_question(question)
        self._sides = (_side(bench.voices, one), _side(bench.voices, other))
        if self._sides[0] == self._sides[1]:
            raise InputError("These are the same. Choose two that differ.")
        self._seed = secrets.randbits(31) if seed is None else seed
        self._project_id = project_id or None
        self._runs = self._runs_of_sides()
        self._language = self._common_language()

    def make(
        self, library: BlindTestLibrary, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None
    ) -> BlindTest:
        """Make the audio, then write the test.

        Raises:
            Cancelled: `should_stop` returned True; nothing is kept.
        """
        sentences = self._sentences()
        order = hidden_order(len(sentences), self._seed)
        with library.new_folder() as folder:
            for index, (sentence, plays_first) in enumerate(zip(sentences, order, strict=True)):
                if should_stop is not None and should_stop():
                    raise Cancelled("Stopped. Nothing was kept of this listening test.")
                if on_progress is not None:
                    on_progress(index / len(sentences), f"Making pair {index + 1} of {len(sentences)}")
                sounds = comparable(*(self._sound(side, sentence) for side in self._sides))
                for place, sound in enumerate(sounds if plays_first == FIRST else sounds[::-1], start=1):
                    encode_wav(sound, sound_path(folder, index + 1, place))
            test = BlindTest(
                test_id=folder.name,
                created_at=disk.now_iso(),
                question=self._question,
                language=self._language,
                seed=self._seed,
                a=self._sides[0],
                b=self._sides[1],
                pairs=tuple(
                    Pair(sentence.text, plays_first, was_learnt=sentence.was_learnt)
                    for sentence, plays_first in zip(sentences, order, strict=True)
                ),
                project_id=next((sentence.clip.project_id for sentence in sentences if sentence.clip), None),
            )
            self._check_sides_are_there(test)
            library.keep(folder, test)
            return test

    def _check_sides_are_there(self, test: BlindTest) -> None:
        """Raise `NotFoundError` if a voice or the person was deleted meanwhile."""
        for side in self._sides:
            if side.voice_id is not None:
                self._bench.voices.path(side.voice_id)
        if test.project_id is not None:
            self._bench.projects.get(test.project_id)

    def _sound(self, side: Side, sentence: _Sentence) -> Audio:
        if side.kind == RECORDING:
            return self._bench.projects.clip_audio(sentence.clip.project_id, sentence.clip.clip_id, "best")
        return self._bench.speech.speak(side.voice_id, sentence.text, self._language).audio

    def _sentences(self) -> Sequence[_Sentence]:
        if any(side.kind == RECORDING for side in self._sides):
            return self._recorded_sentences()
        from voiceclone.compare.sentences import unseen_sentences

        projects = {run.project_id for run in self._runs}
        known = {project.project_id for project in self._bench.projects.all()}
        said = [clip.text for project_id in projects & known for clip in self._bench.projects.clips(project_id)]
        return [_Sentence(text) for text in unseen_sentences(self._language, said)[:PAIRS]]

    def _recorded_sentences(self) -> list[_Sentence]:
        """Return clips of about a sentence with their words, those not used in training first."""
        learnt = self._learnt_clip_ids()
        clips = [
            clip
            for clip in self._bench.projects.clips(self._recorded_project())
            if is_trainable(clip)
            and clip.language == self._language
            and SHORTEST_CLIP_S <= clip.duration_s <= LONGEST_CLIP_S
        ]
        if len(clips) < MIN_PAIRS:
            raise NotEnoughSpeechError(
                f"There are {len(clips)} usable recordings of {SHORTEST_CLIP_S:g} to {LONGEST_CLIP_S:g} s with their "
                f"words; comparing with them needs at least {MIN_PAIRS}. Record some more sentences."
            )
        unheard = _spread([clip for clip in clips if clip.clip_id not in learnt], PAIRS)
        heard = _spread([clip for clip in clips if clip.clip_id in learnt], PAIRS - len(unheard))
        return [_Sentence(clip.text, clip, clip.clip_id in learnt) for clip in (*unheard, *heard)]

    def _learnt_clip_ids(self) -> set[str]:
        """Return the clips the voices learnt from; clips added after a training run were not in it."""
        clips = self._bench.projects.clips(self._recorded_project())
        traced = {run.voice_id for run in self._runs}
        if any(side.kind == VOICE and side.voice_id not in traced for side in self._sides):
            return {clip.clip_id for clip in clips}  # instant voice, or its run was deleted: possibly all of them
        learnt: set[str] = set()
        for run in self._runs:
            held_out = set(self._bench.runs.held_out_clips(run.run_id))
            began = datetime.fromisoformat(run.started_at)
            learnt |= {clip.clip_id for clip in clips if datetime.fromisoformat(clip.created_at) <= began} - held_out
        return learnt

    def _recorded_project(self) -> str:
        known = {project.project_id for project in self._bench.projects.all()}
        own = next((run.project_id for run in self._runs if run.project_id in known), self._project_id)
        if own is None:
            raise InputError(_NO_PROJECT)
        return self._bench.projects.get(own).project_id

    def _runs_of_sides(self) -> list[RunStatus]:
        wanted = {side.voice_id for side in self._sides if side.kind == VOICE}
        return [run for run in self._bench.runs.all() if run.voice_id in wanted]

    def _common_language(self) -> str:
        voices = [self._bench.voices.get(side.voice_id) for side in self._sides if side.kind == VOICE]
        if voices:
            return voices[0].language
        if self._project_id is None:
            raise InputError(_NO_PROJECT)
        return speakable(self._bench.projects.get(self._project_id).language, tuple(LANGUAGES))


def comparable(one: Audio, other: Audio) -> tuple[Audio, Audio]:
    """Make two recordings differ only in the voice: same sample rate, no silence around the words, same loudness.

    The lower rate is used, because frequencies beyond what a voice can produce would give a recording away. The
    loudness is the highest that the one with the higher peaks allows.
    """
    from voiceclone.audio.vad import speech_frames
    from voiceclone.clips.quality.clean import set_loudness, trim_silence

    rate = min(one.sample_rate, other.sample_rate)
    sounds = [resample(sound, rate) for sound in (one, other)]
    sounds = [set_loudness(trim_silence(sound, speech_frames(sound))) for sound in sounds]
    level_lufs = min(loudness_lufs(sound) for sound in sounds)
    first, second = (set_loudness(sound, level_lufs) for sound in sounds)
    return first, second


def _side(voices: VoiceService, wanted: str) -> Side:
    if wanted == STOCK:
        return Side(STOCK, STOCK_NAME)
    if wanted == RECORDING:
        return Side(RECORDING, RECORDING_NAME)
    voice = voices.get(wanted)
    if not voices.reads_text(voice):
        raise InputError(f"“{voice.name}” changes recordings and cannot read text. Choose another voice.")
    return Side(VOICE, voice.name, voice.voice_id)


def _spread(clips: Sequence[Clip], count: int) -> list[Clip]:
    """Return at most `count` clips, spread evenly over the order of recording."""
    count = min(count, len(clips))
    step = len(clips) / max(1, count)
    return [clips[int((index + 0.5) * step)] for index in range(count)]

"""Makes a run's candidates while it trains: each is spoken, judged and stored, and the best one becomes the voice."""

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from voiceclone.audio.sound import Audio, encode_flac
from voiceclone.bases.abilities import CoolsDown, HeardWhileTraining
from voiceclone.bases.base import VOICE_FILE, Effort, Policy
from voiceclone.bases.memory import is_out_of_memory
from voiceclone.bases.run.notes import add_note
from voiceclone.clips.quality.clean import set_loudness
from voiceclone.compute import preserved_random_state
from voiceclone.errors import Cancelled, VoiceCloneError
from voiceclone.evaluation.panel import Judged, Panel
from voiceclone.evaluation.pitch import ENOUGH_SPEECH_S
from voiceclone.evaluation.sentences import test_sentences
from voiceclone.progress import ShouldStop
from voiceclone.storage import disk
from voiceclone.storage.safetensors_file import is_whole
from voiceclone.training import candidate_schedule, candidates, run_summary
from voiceclone.training.candidates import (
    BY_RULE,
    INSTANT_SOUND,
    RECORDING_SOUND,
    START_SOUND,
    Candidate,
    Candidates,
    Reference,
)
from voiceclone.training.runs import RunConfig
from voiceclone.voices.instant import instant_voice_name
from voiceclone.voices.library import VoiceLibrary
from voiceclone.wording import count

_LOG = logging.getLogger(__name__)
_PAUSE_S = 0.4
"""Pause between the joined sentences."""
_QUIET_ENDS_S = 0.15
_LISTENING_LUFS = -19.0
"""The recording is played as loud as the voices: the louder of two sounds always seems the better one."""


class CandidateSelector:
    """Makes and selects the candidates of one run, in the process that trains it.

    Args:
        run_dir: the run folder.
        data_dir: the data folder.
        config: of the run.
        base: the base that trains.
        language: of the recordings.
    """

    def __init__(self, run_dir: Path, data_dir: Path, config: RunConfig, base: HeardWhileTraining, language: str):
        self._run_dir, self._data_dir, self._config, self._base = run_dir, data_dir, config, base
        self._language = language
        self._schedule = candidate_schedule.CandidateSchedule(config.minutes)
        self._open_ended = config.effort == Effort.OVERNIGHT
        self._at_most = (
            candidate_schedule.OVERNIGHT_CANDIDATES if self._open_ended else candidate_schedule.MAX_CANDIDATES
        )
        self._panel: Panel | None = None
        self._start_sounds: list[Audio] = []
        self._start_cost_s = 0.0
        self._tried_step = 0
        """One that could not be made is not tried again at once."""

    # When -------------------------------------------------------------------------------------

    def limits(self, slice_s: float, total_steps: int, elapsed_s: float) -> tuple[float, int | None]:
        """Return the length of the next slice, seconds, and the step to end it at, so that no candidate is missed."""
        if self._config.minutes is None:
            if self._cools_down():
                return slice_s, None
            # From the last candidate, not from where the run stands: killed while one was made, it is made up for.
            due = self._next_step(self._last_step(), total_steps) if total_steps else candidate_schedule.STEPS_BETWEEN
            return slice_s, due
        wait_s = self._wait_s(elapsed_s)
        return (slice_s if wait_s is None else min(slice_s, max(0.1, wait_s))), None

    def is_due(self, step: int, total_steps: int, elapsed_s: float) -> bool:
        """True when a candidate is due."""
        last_step = self._last_step()
        if step <= last_step or step >= total_steps or self._cools_down():
            return False
        if self._config.minutes is None:
            return step >= self._next_step(last_step, total_steps)
        wait_s = self._wait_s(elapsed_s)
        return wait_s is not None and wait_s <= 0

    def _next_step(self, step: int, total_steps: int) -> int:
        return candidate_schedule.next_step(step, total_steps, self._at_most)

    def _cools_down(self) -> bool:
        """True once the run has levelled off: its next candidate is the one at its end."""
        return candidates.read(self._run_dir).levelled_step is not None

    def _last_step(self) -> int:
        made = candidates.read(self._run_dir).made
        return max(self._tried_step, made[-1].step if made else 0)

    def _wait_s(self, elapsed_s: float) -> float | None:
        found = candidates.read(self._run_dir)
        last = found.made[-1] if found.made else None
        return self._schedule.wait_s(
            elapsed_s, last.elapsed_s if last else 0.0, found.spent_s, last.cost_s if last else None
        )

    # What -------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Store what candidates are compared with: a recording, and the voice training starts from."""
        try:
            if candidates.read(self._run_dir).start is None:
                self._base.load(self._run_dir)  # 15 s that training needs anyway are no cost of a candidate
            began = time.monotonic()
            self._keep_references()
            self._start_cost_s = time.monotonic() - began
        except Exception as error:  # a full disk; or a run that is done but for its last files
            if not _costs_a_sample_only(error):
                raise
            _LOG.warning("There is nothing to compare with yet: %s", error)
        self._cool_down()  # where the process was killed after it had levelled off

    def _keep_references(self) -> None:
        found = candidates.read(self._run_dir)
        sentences = test_sentences(self._language)
        if found.sentences != sentences:
            held_out = self._base.held_out(self._run_dir)
            if held_out:
                longest = max(held_out, key=lambda one: one.duration_s)
                self._write_sound(set_loudness(longest, _LISTENING_LUFS), RECORDING_SOUND)
            found = replace(
                found, language=self._language, sentences=sentences, recording=RECORDING_SOUND if held_out else ""
            )
            candidates.write(self._run_dir, found)
        if found.start is None and candidates.file(self._run_dir, START_SOUND) is None:
            self._start_sounds = self._base.speak_start(self._run_dir, sentences)
            self._write_sound(joined(self._start_sounds), START_SOUND)

    def make(self, step: int, elapsed_s: float, should_stop: ShouldStop = lambda: False) -> Candidate | None:
        """Make a candidate of the current voice; None when that fails, and training goes on.

        Args:
            step: steps done.
            elapsed_s: working time of the run so far.
            should_stop: return True to give it up; asked every few seconds.
        """
        began, self._tried_step = time.monotonic() - self._start_cost_s, step
        try:
            judged, sound = self._hear(step, should_stop)
            voice = f"{step}.safetensors"
            self._base.write_learnt(self._run_dir, self._run_dir / candidates.FOLDER / voice)
            _go_on_unless(should_stop)
            loss = self._base.held_out_loss(self._run_dir)
            candidate = Candidate(
                step=step,
                judged=judged,
                sound=sound,
                voice=voice,
                elapsed_s=round(elapsed_s, 1),
                cost_s=round(time.monotonic() - began, 2),
                held_out_loss=loss if loss is not None and math.isfinite(loss) else None,
            )
            candidates.add(self._run_dir, candidate)
        except Exception as error:  # the training is worth more than one sample of it
            if not _costs_a_sample_only(error):
                raise
            _LOG.warning("No sample of the voice after %d steps: %s", step, error)
            return None
        self._start_cost_s = 0.0
        candidates.tidy(self._run_dir)
        return candidate

    def _hear(self, step: int, should_stop: ShouldStop) -> tuple[Judged, str]:
        found = candidates.read(self._run_dir)
        if found.start is None:
            self._judge_start(found)
        _go_on_unless(should_stop)
        sounds = self._base.speak_learnt(self._run_dir, found.sentences)
        self._write_sound(joined(sounds), f"{step}.flac")
        _go_on_unless(should_stop)
        judged = self._judge(found.sentences, sounds)
        _go_on_unless(should_stop)
        return judged, f"{step}.flac"

    def _judge_start(self, found: Candidates) -> None:
        if not self._start_sounds:
            self._start_sounds = self._base.speak_start(self._run_dir, found.sentences)
            self._write_sound(joined(self._start_sounds), START_SOUND)
        start = Reference(self._judge(found.sentences, self._start_sounds), START_SOUND)
        candidates.write(self._run_dir, replace(found, start=start))
        self._start_sounds = []

    def _judge(self, sentences: Sequence[str], sounds: Sequence[Audio]) -> Judged:
        if self._panel is None:
            recordings = self._base.recordings(self._run_dir, ENOUGH_SPEECH_S)
            self._panel = Panel(self._base.held_out(self._run_dir), self._language, self._data_dir, recordings)
        with preserved_random_state():
            return self._panel.judge(sentences, sounds)

    # Which ------------------------------------------------------------------------------------

    def ends_early(self) -> bool:
        """True when the run is to end here, for more training would not improve the voice; stores the reason.

        An open-ended run that has levelled off does not end here: it cools down, and ends by itself.
        """
        found = candidates.read(self._run_dir)
        reason = run_summary.reason_to_end(found, self._open_ended)
        levelled = self._open_ended and reason == run_summary.LEVEL
        if reason and not found.ended_early:
            levelled_step = found.made[-1].step if levelled else None
            candidates.write(self._run_dir, replace(found, ended_early=reason, levelled_step=levelled_step))
        self._cool_down()
        return bool(reason) and not levelled

    def _cool_down(self) -> None:
        levelled_step = candidates.read(self._run_dir).levelled_step
        if levelled_step is not None and isinstance(self._base, CoolsDown):
            self._base.cool_down(self._run_dir, levelled_step)

    def conclude(self, step: int, elapsed_s: float) -> tuple[Candidate, Path] | None:
        """Make the last candidate, select one and write its scores; None when there is none.

        One with a truncated file, as a power loss leaves it, is never selected. Safe to repeat after a kill.
        """
        if all(one.step != step or self._file_of(one) is None for one in candidates.read(self._run_dir).made):
            self.make(step, elapsed_s)  # the network still is this voice
        self._hear_instant_voice()
        candidates.tidy(self._run_dir)
        found = candidates.read(self._run_dir)
        chosen = self._choose_whole(found)
        path = self._file_of(chosen) if chosen is not None else None
        if chosen is None or path is None:
            return None
        candidates.write(self._run_dir, replace(found, kept_step=chosen.step, kept_by=BY_RULE))
        disk.write_json(self._run_dir / "scores.json", candidates.scores(chosen, found))
        return chosen, path

    def _choose_whole(self, found: Candidates) -> Candidate | None:
        wanted = found.best()
        whole = tuple(one for one in found.made if self._file_of(one) is not None)
        if wanted is None or wanted in whole:
            return wanted
        chosen = replace(found, made=whole).best()
        instead = f"the one after {count(chosen.step, 'step')}" if chosen is not None else "what was learnt last"
        add_note(
            self._run_dir,
            f"The voice after {count(wanted.step, 'step')} is gone or damaged; {instead} was kept instead.",
        )
        return chosen

    def _file_of(self, candidate: Candidate) -> Path | None:
        """Return the intact voice file of a candidate; after a kill the selected one may be the final voice already."""
        path = candidates.voice_file(self._run_dir, candidate)
        final = self._run_dir / VOICE_FILE
        if path is None and candidates.read(self._run_dir).kept_step == candidate.step and is_whole(final):
            return final
        return path

    def _hear_instant_voice(self) -> None:
        """Judge the person's instant voice on the same sentences, if there is one of this name."""
        found = candidates.read(self._run_dir)
        library = VoiceLibrary(self._data_dir)
        name = instant_voice_name(self._config.voice_name)
        own = [voice for voice in library.voices() if voice.policy == Policy.INSTANT and voice.name == name]
        if found.instant is not None or not own or own[0].base_id != self._config.base_id:
            return
        try:
            path = library.path(own[0].voice_id)
            with preserved_random_state():
                sounds = [self._base.speak(path, sentence, self._language) for sentence in found.sentences]
            self._write_sound(joined(sounds), INSTANT_SOUND)
            instant = Reference(self._judge(found.sentences, sounds), INSTANT_SOUND)
        except Exception as error:
            if not _costs_a_sample_only(error):
                raise
            _LOG.warning("The voice made without training could not be compared with: %s", error)
            return
        candidates.write(self._run_dir, replace(found, instant=instant))

    def _write_sound(self, audio: Audio, name: str) -> None:
        encode_flac(audio, self._run_dir / candidates.FOLDER / name)


def _go_on_unless(should_stop: ShouldStop) -> None:
    if should_stop():
        raise Cancelled("The system asks this process to end.")


def _costs_a_sample_only(error: Exception) -> bool:
    """True for an error that costs a candidate, but is no reason to end the training."""
    return isinstance(error, VoiceCloneError) or is_out_of_memory(error)


def joined(sounds: Sequence[Audio]) -> Audio:
    """Join sentences of one sample rate, with pauses between them and quiet ends, clipped to [-1, 1]."""
    sample_rate = sounds[0].sample_rate
    ends, pause = (np.zeros(round(s * sample_rate), np.float32) for s in (_QUIET_ENDS_S, _PAUSE_S))
    pieces = [ends]
    for number, sound in enumerate(sounds):
        pieces += [pause, sound.samples] if number else [sound.samples]
    return Audio(np.clip(np.nan_to_num(np.concatenate([*pieces, ends])), -1.0, 1.0), sample_rate)

"""Candidates made by a real training process: heard, judged, one kept; killed, stopped, full disk, another chosen."""

import json
import signal

import psutil
import pytest

from tests.fake_base import BASE_ID, spectral_centre_hz
from tests.heard_base import BLOW_FILE, FACTORY, FULL_FILE, LOADING_S, SAVED_FILE, SCRIPT_FILE, SLOW_FILE
from tests.small_project import PITCH_HZ, make_project
from tests.waiting import wait_until
from voiceclone.audio.sound import decode
from voiceclone.engine import VoiceEngine
from voiceclone.errors import BusyError, InputError, NotFoundError
from voiceclone.storage import disk
from voiceclone.training import candidates, run_summary
from voiceclone.training.candidate_schedule import STEPS_BETWEEN
from voiceclone.training.lock import TrainingLock
from voiceclone.voices.instant import instant_voice_name


@pytest.fixture
def engine(tmp_path):
    engine = VoiceEngine(tmp_path / "data", BASE_ID, base_factory=FACTORY)
    yield engine
    holder = TrainingLock(engine.data_dir).holder()
    if holder is not None:
        psutil.Process(holder.pid).kill()


@pytest.fixture
def project_id(engine):
    return make_project(engine.data_dir).project_id


def train(engine, project_id, steps):
    """Train to the end; return the last status."""
    run_id = engine.start_training(project_id, "Anna", True, steps=steps).run_id
    return end_of(engine, run_id)


def end_of(engine, run_id):
    *_, last = engine.runs.watch(run_id, interval_s=0.02)
    return last


def script(engine, *figures):
    """Make the judges say these similarities, words right and pitches, one after the other."""
    folder = engine.data_dir / "base" / BASE_ID
    folder.mkdir(parents=True)
    (folder / SCRIPT_FILE).write_text(json.dumps(figures))


def test_a_run_leaves_samples_at_fixed_steps_and_keeps_the_last_of_equals(engine, project_id):
    last = train(engine, project_id, 4 * STEPS_BETWEEN)
    found = engine.runs.candidates(last.run_id)
    assert [one.step for one in found.made] == [60, 120, 180, 240]
    assert (found.kept_step, found.kept_by) == (240, "rule")
    assert found.start.judged.similarity == pytest.approx(0.0, abs=0.01), "an octave away"
    assert all(one.judged.similarity > 0.99 for one in found.made)
    assert all(0 <= one.cost_s < 20 and one.elapsed_s >= 0 for one in found.made)
    heard_hz = spectral_centre_hz(decode(engine.runs.candidate_file(last.run_id, found.made[0].sound)))
    assert heard_hz == pytest.approx(PITCH_HZ, rel=0.03)
    assert spectral_centre_hz(decode(engine.runs.candidate_file(last.run_id, found.start.sound))) == pytest.approx(
        440, rel=0.03
    )
    assert engine.runs.candidate_file(last.run_id, found.recording) is not None
    voice = engine.voices.get(last.voice_id)
    assert (voice.steps, voice.scores["similarity"]) == (240, found.made[-1].judged.similarity)
    assert voice.scores["similarity_stock"] == found.start.judged.similarity
    assert last.step == 240


def test_loading_what_training_needs_is_no_cost_of_the_first_sample(engine, project_id):
    folder = engine.data_dir / "base" / BASE_ID
    folder.mkdir(parents=True)
    (folder / SLOW_FILE).touch()
    last = train(engine, project_id, STEPS_BETWEEN)
    # Counted, it would put off the next samples of a plan in minutes by fourteen times as much.
    assert engine.runs.candidates(last.run_id).made[0].cost_s < LOADING_S


def test_a_voice_an_octave_too_high_is_not_kept_though_it_is_the_likeliest(engine, project_id):
    script(engine, (0.7, 1.0, -0.5), (0.85, 1.0, 0.4), (0.93, 1.0, 12.0), (0.95, 1.0, 12.1))
    last = train(engine, project_id, 4 * STEPS_BETWEEN)
    voice = engine.voices.get(last.voice_id)
    assert (voice.steps, engine.runs.candidates(last.run_id).kept_step) == (120, 120)
    assert (voice.scores["similarity"], voice.scores["pitch_off_semitones"]) == (0.85, 0.4)
    assert voice.scores["pitch_off_semitones_stock"] == pytest.approx(12.0, abs=0.1)


def test_the_best_is_kept_and_another_may_be_chosen_by_ear(engine, project_id):
    script(engine, (0.7, 1.0), (0.9, 1.0), (0.95, 0.6), (0.8, 1.0))
    last = train(engine, project_id, 4 * STEPS_BETWEEN)
    assert engine.runs.candidates(last.run_id).kept_step == 120
    voice = engine.voices.get(last.voice_id)
    assert (voice.steps, voice.scores["similarity"], last.step) == (120, 0.9, 240)

    kept = engine.runs.keep_candidate(last.run_id, 240)
    assert (kept.voice_id, kept.name, kept.steps, kept.scores["similarity"]) == (voice.voice_id, "Anna", 240, 0.8)
    assert (kept.consent, kept.speech_s, kept.seed) == (voice.consent, voice.speech_s, voice.seed)
    found = engine.runs.candidates(last.run_id)
    assert (found.kept_step, found.kept_by) == (240, "person")
    assert engine.speak(last.voice_id, "Hello there, you.").sentences == 1
    assert engine.runs.keep_candidate(last.run_id, 120).steps == 120, "and back again"
    with pytest.raises(NotFoundError, match="60, 120, 180, 240"):
        engine.runs.keep_candidate(last.run_id, 100)
    engine.voices.delete(last.voice_id)
    with pytest.raises(NotFoundError, match="no longer there"):
        engine.runs.keep_candidate(last.run_id, 240)


def test_while_it_trains_nothing_is_chosen_by_hand(engine, project_id):
    run_id = engine.start_training(project_id, "Anna", True, steps=5_000).run_id
    wait_until(lambda: engine.runs.candidates(run_id).made, "the first sample")
    with pytest.raises(BusyError, match="Wait until it has ended"):
        engine.runs.keep_candidate(run_id, engine.runs.candidates(run_id).made[0].step)
    engine.runs.stop(run_id)
    last = end_of(engine, run_id)
    found = engine.runs.candidates(run_id)
    assert (last.state, found.made[-1].step, found.kept_step) == ("stopped", last.step, last.step)


def test_a_run_that_does_not_get_closer_any_more_ends_early(engine, project_id):
    script(engine, (0.7, 1.0), (0.9, 1.0), (0.901, 1.0), (0.9, 1.0), (0.902, 1.0), (0.9, 1.0), (0.95, 1.0))
    last = train(engine, project_id, 12 * STEPS_BETWEEN)
    found = engine.runs.candidates(last.run_id)
    assert (last.state, last.step, found.ended_early) == ("finished", 6 * STEPS_BETWEEN, run_summary.LEVEL)
    assert engine.voices.get(last.voice_id).steps == found.kept_step == 6 * STEPS_BETWEEN


def test_a_run_killed_at_any_moment_still_ends_in_its_best_voice(engine, project_id):
    run_id = engine.start_training(project_id, "Anna", True, steps=3 * STEPS_BETWEEN).run_id
    for wanted in (0, 1, 2):
        wait_until(
            lambda wanted=wanted: (
                len(engine.runs.candidates(run_id).made) > wanted or not engine.runs.status(run_id).running
            ),
            f"sample {wanted + 1}",
        )
        holder = TrainingLock(engine.data_dir).holder()
        if holder is not None:
            psutil.Process(holder.pid).kill()
            wait_until(lambda: not engine.runs.status(run_id).process_alive, "the process is dead")
        if engine.runs.status(run_id).state == "interrupted":
            engine.runs.resume(run_id)
    last = end_of(engine, run_id)
    assert last.state == "finished", last.error
    found = engine.runs.candidates(run_id)
    assert [one.step for one in found.made] == [60, 120, 180], "each once, however often it was killed"
    assert engine.voices.get(last.voice_id).steps == found.kept_step == 180


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_struck_while_it_makes_a_sample_makes_it_again(engine, project_id, blow):
    folder = engine.data_dir / "base" / BASE_ID
    folder.mkdir(parents=True)
    (folder / BLOW_FILE).write_text(str(int(blow)))
    struck = train(engine, project_id, 3 * STEPS_BETWEEN)
    assert (struck.state, engine.runs.candidates(struck.run_id).made) == ("interrupted", ())
    engine.runs.resume(struck.run_id)
    last = end_of(engine, struck.run_id)
    assert last.state == "finished", last.error
    assert [one.step for one in engine.runs.candidates(last.run_id).made] == [60, 120, 180]


def test_a_run_is_saved_before_each_sample_on_its_way(engine, project_id):
    last = train(engine, project_id, 3 * STEPS_BETWEEN)
    saved = engine.data_dir / "runs" / last.run_id / SAVED_FILE
    assert saved.read_text().split() == ["60", "120"], "its end saves by itself"


def test_a_full_disk_costs_samples_and_not_the_voice(engine, project_id):
    folder = engine.data_dir / "base" / BASE_ID
    folder.mkdir(parents=True)
    (folder / FULL_FILE).touch()
    last = train(engine, project_id, 2 * STEPS_BETWEEN)
    assert last.state == "finished", last.error
    assert engine.runs.candidates(last.run_id).made == ()
    assert engine.voices.get(last.voice_id).steps == 2 * STEPS_BETWEEN
    assert (
        "No sample of the voice after 60 steps" in (engine.data_dir / "runs" / last.run_id / "worker.log").read_text()
    )


def test_a_voice_made_without_training_is_compared_with(engine, project_id):
    engine.instant_voice(project_id, instant_voice_name("Anna"), True)
    last = train(engine, project_id, 20)
    found = engine.runs.candidates(last.run_id)
    assert found.instant.judged.similarity == pytest.approx(1.0, abs=0.02)
    scores = engine.voices.get(last.voice_id).scores
    assert scores["similarity_instant"] == found.instant.judged.similarity
    assert run_summary.did_it_help(scores).startswith("Training did not help: your voice without training is as close")


def test_a_run_from_before_there_were_samples_has_none(engine, project_id):
    last = train(engine, project_id, 20)
    index = engine.data_dir / "runs" / last.run_id / candidates.INDEX_FILE
    for path in (index, disk.copy_path(index)):
        path.unlink()
    assert engine.runs.candidates(last.run_id).made == ()
    with pytest.raises(NotFoundError, match="there are none"):
        engine.runs.keep_candidate(last.run_id, 20)
    with pytest.raises(NotFoundError):
        engine.runs.candidates(disk.new_id())


def test_a_run_without_a_voice_has_nothing_to_exchange(engine, project_id):
    run_id = engine.start_training(project_id, "Anna", True, steps=5_000).run_id
    wait_until(lambda: engine.runs.candidates(run_id).made, "the first sample")
    psutil.Process(TrainingLock(engine.data_dir).holder().pid).kill()
    wait_until(lambda: not engine.runs.status(run_id).process_alive, "the process is dead")
    with pytest.raises(InputError, match="no voice yet"):
        engine.runs.keep_candidate(run_id, engine.runs.candidates(run_id).made[0].step)

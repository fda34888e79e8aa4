"""The whole way on the real base model: example recordings, a few steps, kill, continue, speak. Minutes."""

import time

import numpy as np
import psutil
import pytest
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone import VoiceEngine
from voiceclone.text.scripts import reading_script
from voiceclone.training.lock import TrainingLock

STEPS = 8
WAIT_S = 900


@pytest.mark.slow
@pytest.mark.timeout(2 * WAIT_S)
def test_a_killed_training_of_the_example_voice_ends_in_a_voice_that_speaks(tmp_path):
    engine = VoiceEngine(tmp_path / "data")
    engine.prepare_base()
    project = engine.load_example()
    run_id = engine.start_training(project.project_id, "Joe", True, steps=STEPS).run_id
    ends = time.monotonic() + WAIT_S
    while engine.runs.status(run_id).step < 2:
        status = engine.runs.status(run_id)
        assert status.running, status.message
        assert time.monotonic() < ends, status.message
        time.sleep(0.2)
    psutil.Process(TrainingLock(engine.data_dir).holder().pid).kill()
    while engine.runs.status(run_id).process_alive:
        time.sleep(0.05)

    restarted = VoiceEngine(engine.data_dir)
    assert restarted.runs.resume_interrupted().run_id == run_id
    *_, last = restarted.runs.watch(run_id, interval_s=0.5)
    assert last.state == "finished", last.message
    assert last.step == STEPS
    voice = restarted.voices.get("Joe")
    assert (voice.steps, voice.base_id, voice.consent) == (STEPS, "kokoro-82m", True)
    assert voice.base_sha256, "the base does not tell the hash of its weights"
    assert 0 < voice.size_mb <= 25

    text = "This sentence was never recorded. Neither was this one."
    spoken = restarted.speak("Joe", text).audio
    stock = restarted.speak(None, text).audio
    assert 2 < spoken.duration_s < 12
    assert 0.01 < float(np.sqrt(np.mean(spoken.samples**2))) < 0.5
    length = min(len(spoken.samples), len(stock.samples))
    assert not np.allclose(spoken.samples[:length], stock.samples[:length], atol=1e-3)

    file = restarted.voices.export("Joe", tmp_path)
    assert restarted.voices.import_file(file).name == "Joe (2)"


@pytest.mark.slow
@pytest.mark.timeout(2 * WAIT_S)
def test_recordings_in_russian_teach_a_voice_that_speaks_english(tmp_path):
    engine = VoiceEngine(tmp_path / "data")
    engine.prepare_base()
    project = engine.projects.create("Иван", "ru")
    # English speech under Russian texts of a like length: the way is tried, not what is learnt.
    texts = dict(zip(sorted(EXAMPLE_TEXTS)[:8], reading_script("ru"), strict=False))
    files = [EXAMPLE_DIR / name for name in texts]
    engine.projects.add_clips(project.project_id, files, transcripts=texts)
    run_id = engine.start_training(project.project_id, "Иван", True, steps=2).run_id
    *_, last = engine.runs.watch(run_id, interval_s=0.5)
    assert (last.state, last.step) == ("finished", 2), last.message
    voice = engine.voices.get("Иван")
    assert (voice.language, voice.languages) == ("en-us", ("ru",))
    assert 1 < engine.speak("Иван", "This sentence was never recorded.").audio.duration_s < 8
    assert engine.voices.import_file(engine.voices.export("Иван", tmp_path)).language == "en-us"

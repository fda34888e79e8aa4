"""A data folder that the version of 2026-11-28 left opens, continues and speaks as it did then.

`tools/make_old_data_folder.py` made `tests/data_folders/2026-11-28/` with commit faeb7d5 and says what was left out.
The figures below were read with that commit. Names in the code may change since; what people find may not.
"""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from coqui_bundles import YOUR_TTS, write_bundle

from voiceclone import VoiceEngine
from voiceclone.audio.sound import Audio, decode
from voiceclone.blind import result_of
from voiceclone.training.speed import fingerprint

FOLDER = Path(__file__).parent / "data_folders" / "2026-11-28"
SPOKEN = FOLDER.with_name("2026-11-28-spoken")
SENTENCE = "Bring me the map."
KOKORO = "kokoro-82m"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def open_folder(data_dir: Path) -> VoiceEngine:
    return VoiceEngine(data_dir)


def clips_of(engine: VoiceEngine) -> dict[str, tuple]:
    """The project's clips by file name: text, length, verdict and marks."""
    return {
        clip.source_name: (
            clip.text,
            round(clip.duration_s, 2),
            clip.verdict.level,
            clip.verdict.kinds,
            {name for name in ("included", "cleaned", "transcribed", "confirmed") if getattr(clip, name)},
        )
        for clip in engine.projects.clips(engine.projects.get("Joe").project_id)
    }


def runs_of(engine: VoiceEngine) -> dict[str, tuple]:
    """Every run by the name of its voice: base, policy, state, steps of how many, is there a voice."""
    return {
        run.voice_name: (run.base_id, run.policy, run.state, run.step, run.total_steps, run.voice_id is not None)
        for run in engine.runs.all()
    }


def voices_of(engine: VoiceEngine) -> dict[str, tuple]:
    """Every voice by its name: base, policy, steps, seconds of speech, may it be passed on, consent."""
    return {
        voice.name: (voice.base_id, voice.policy, voice.steps, voice.speech_s, voice.may_share, voice.consent)
        for voice in engine.voices.all()
    }


def run_id_of(engine: VoiceEngine, voice_name: str) -> str:
    return engine.runs.find(voice_name).run_id


def losses_of(engine: VoiceEngine, voice_name: str, series: str) -> list[tuple[int, float]]:
    points = engine.runs.loss_points(run_id_of(engine, voice_name))
    return [(point["step"], round(point["loss"], 4)) for point in points if point["series"] == series]


def continue_to_the_end(engine: VoiceEngine, voice_name: str):
    run = engine.runs.resume(run_id_of(engine, voice_name))
    *_, last = engine.runs.watch(run.run_id, 0.1)
    return last


def notes_of(run) -> list[str]:
    """What was said of a run; but for the sentence that a computer far too busy for this test may add."""
    return [note for note in run.notes if "was held up" not in note]


def judged(figures) -> tuple:
    """What was measured of a candidate: similarity, words, naturalness, pitch."""
    return (figures.similarity, figures.words_right, figures.naturalness, figures.pitch_off_semitones)


def measured(figures) -> tuple:
    """What was measured of a way in a comparison: similarity, words wrong, words, naturalness, pitch."""
    return (
        figures.similarities,
        figures.word_errors,
        figures.word_counts,
        figures.naturalnesses,
        figures.pitch_off_semitones,
    )


def told_by(test) -> str:
    return result_of(test).sentence


def levels_db(sound: Audio) -> np.ndarray:
    """Return how loud 24 bands of a sound are over time, shape (frames, bands)."""
    size = 1024
    starts = range(0, len(sound.samples) - size, size // 4)
    frames = np.stack([sound.samples[start : start + size] * np.hanning(size) for start in starts])
    power = np.abs(np.fft.rfft(frames)) ** 2
    return 10 * np.log10(np.stack([band.mean(1) for band in np.array_split(power[:, 4:], 24, axis=1)], 1) + 1e-4)


@pytest.fixture(scope="session")
def your_tts_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small YourTTS that the folder was made with, without its `base.json`."""
    return write_bundle(YOUR_TTS, tmp_path_factory.mktemp("released") / YOUR_TTS)


@pytest.fixture
def old(tmp_path: Path, kokoro_folder: Path, your_tts_files: Path) -> VoiceEngine:
    """The old folder, copied, with the base models' files where they were."""
    shutil.copytree(FOLDER, tmp_path / "data")
    for name in ("weights.safetensors", "voices.safetensors"):
        os.link(kokoro_folder / name, tmp_path / "data" / "base" / KOKORO / name)
    for path in your_tts_files.iterdir():
        os.link(path, tmp_path / "data" / "base" / YOUR_TTS / path.name)
    return open_folder(tmp_path / "data")


# It opens ---------------------------------------------------------------------------------------------------------


GOOD = {"included", "cleaned"}
CLIPS = {
    "joe_01.flac": ("The quiet morning light fell across the kitchen table.", 3.3, "good", (), GOOD),
    "joe_02.flac": ("Would you like a cup of tea before we leave?", 2.7, "good", (), GOOD | {"confirmed"}),
    "joe_03.flac": ("I never thought the journey would take this long!", 2.7, "good", (), GOOD),
    "joe_07.flac": ("What a beautiful garden you have made here!", 2.45, "good", (), GOOD),
    "joe_11.flac": ("Both of them breathed the fresh southern air.", 2.64, "good", (), GOOD),
    "joe_16.flac": ("Nothing makes me happier than a walk along the river.", 3.13, "bad", ("noise",), set()),
    "joe_19.flac": ("", 2.69, "bad", ("no text",), {"included"}),
    "joe_21.flac": ("We laughed until our cheeks began to hurt.", 2.88, "good", (), GOOD),
    "joe_25.flac": ("Just turn left at the bridge and keep going.", 2.56, "good", (), GOOD),
}
RUNS = {
    "Joe": (KOKORO, "fine-tune", "finished", 8, 8, True),
    "Joe, given up": (KOKORO, "fine-tune", "stopped", 0, 0, False),
    "Joe, style only": (KOKORO, "transfer", "interrupted", 5, 8, False),
    "Joe by YourTTS": (YOUR_TTS, "transfer", "interrupted", 16, 30, False),
}
VOICES = {
    "Joe": (KOKORO, "fine-tune", 8, 12.4, True, True),
    "Joe - YourTTS": (YOUR_TTS, "instant", 0, 12.4, False, True),
    "Joe - untrained": (KOKORO, "instant", 0, 12.4, True, True),
}


def test_recordings_are_there_as_they_were_judged(old):
    project = old.projects.get("Joe")
    assert [one.name for one in old.projects.all()] == ["Joe"]
    assert old.projects.unreadable(project.project_id) == ()
    assert clips_of(old) == CLIPS
    heard = {clip.source_name: clip.heard for clip in old.projects.clips(project.project_id)}
    assert heard["joe_21.flac"] == "We laughed until our cheeks began to hurt."
    assert heard["joe_01.flac"] == "", "nobody listened to this one"
    (speaker,) = old.projects.speakers(project.project_id)
    assert (len(speaker.clip_ids), round(speaker.speech_s, 1)) == (7, 14.5)
    readiness = old.projects.readiness(project.project_id)
    assert (readiness.clip_count, round(readiness.usable_s, 1), readiness.enough) == (9, 15.0, True)
    assert readiness.sentence == "15 s of usable speech: enough to try. 1 min makes a first voice."
    script = old.projects.reading_script("en-us", project.project_id)
    assert script == ["Nine boats lay at anchor.", "Who rang the bell?", "It rained all night."]


def test_the_sound_of_a_recording_is_there_before_and_after_cleaning(old):
    project_id = old.projects.get("Joe").project_id
    (clip,) = [clip for clip in old.projects.clips(project_id) if clip.source_name == "joe_21.flac"]
    for which, length_s, level_db in (("original", 2.885, -28.3), ("cleaned", 2.288, -23.0)):
        sound = old.projects.clip_audio(project_id, clip.clip_id, which)
        assert sound.duration_s == pytest.approx(length_s, abs=0.001)
        assert 20 * np.log10(np.sqrt(np.mean(sound.samples**2))) == pytest.approx(level_db, abs=0.1)
    (done,) = old.projects.clean(project_id, [clip.clip_id], strength="gentle")
    assert done.cleaned
    assert old.projects.undo_cleaning(project_id) == 7


def test_trainings_are_remembered(old):
    assert runs_of(old) == RUNS
    record = old.runs.record(run_id_of(old, "Joe"))
    assert record.status.message == "Your voice “Joe” is ready to speak."
    assert (record.steps_asked, record.seed, record.chosen_clips, record.clip_count) == (8, 3, None, 6)
    assert record.voice_there
    assert record.scores == {
        "similarity": 0.6048,
        "words_right": 1.0,
        "naturalness": 3.4667,
        "pitch_off_semitones": -1.3,
        "similarity_stock": 0.57,
        "pitch_off_semitones_stock": -0.73,
        "words_right_stock": 1.0,
        "similarity_instant": 0.57,
        "pitch_off_semitones_instant": -0.73,
        "words_right_instant": 1.0,
    }
    losses = [6.081, 5.0575, 4.8753, 5.2067, 4.3993, 5.5784, 3.6474, 5.4263]
    assert losses_of(old, "Joe", "loss") == list(enumerate(losses, start=1))
    assert losses_of(old, "Joe", "held_out") == [(4, 4.5146), (8, 4.218)]
    assert len(old.runs.held_out_clips(record.status.run_id)) == 1
    assert old.runs.record(run_id_of(old, "Joe, given up")).minutes_asked == 5
    assert old.runs.record(run_id_of(old, "Joe, style only")).chosen_clips == 5
    assert old.runs.active().voice_name == "Joe, style only"


def test_candidates_keep_their_figures_and_another_one_can_be_kept(old):
    run_id = run_id_of(old, "Joe")
    found = old.runs.candidates(run_id)
    assert found.sentences[1] == "What a wonderful surprise to see you here!"
    assert {one.step: judged(one.judged) for one in found.made} == {
        4: (0.5894, 1.0, 3.416, -1.2),
        8: (0.6048, 1.0, 3.4667, -1.3),
    }
    assert judged(found.start.judged) == judged(found.instant.judged) == (0.57, 1.0, 3.3365, -0.73)
    assert found.made[0].judged.tones == ((0.809, 4.21), (0.798, 3.4), (0.938, 7.17))
    assert (found.kept_step, found.kept_by, found.made[1].elapsed_s) == (8, "rule", 628.8)
    for name in (found.recording, found.start.sound, found.instant.sound, *(one.sound for one in found.made)):
        assert decode(old.runs.candidate_file(run_id, name)).duration_s > 0
    assert old.runs.keep_candidate(run_id, 4).steps == 4
    assert old.runs.candidates(run_id).kept_by == "person"


def test_voices_are_there_and_can_be_taken_along(old, tmp_path):
    assert voices_of(old) == VOICES
    voice = old.voices.get("Joe")
    assert (voice.language, voice.languages, voice.seed, voice.base_licence) == ("en-us", ("en-us",), 3, "Apache-2.0")
    assert (voice.consent_record["given"], voice.consent_record["by"]) == (True, "web page")
    assert voice.scores["similarity"] == 0.6048
    for name in ("Joe", "Joe - untrained"):
        assert old.voices.import_file(old.voices.export(name, tmp_path)).name == f"{name} (2)"
    private = old.voices.export("Joe - YourTTS", tmp_path, private_use=True)
    assert old.voices.import_file(private).may_share is False


def test_the_pace_of_the_computer_it_was_made_on_is_read(old):
    path = old.data_dir / "pace" / f"{KOKORO}.json"
    measured = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(measured | {"fingerprint": fingerprint(old.base)}), encoding="utf-8")
    training_speed = old.runs.estimate(old.projects.get("Joe").project_id).training_speed
    assert (round(training_speed.step_s, 3), round(training_speed.start_s, 2), training_speed.device_name) == (
        10.714,
        28.17,
        "Processor",
    )


def test_a_model_that_was_got_is_still_agreed_to(old):
    states = {one.card.base_id: (one.state, one.licence_agreed) for one in old.models.all()}
    assert states[KOKORO] == states[YOUR_TTS] == ("ready", True)
    assert states["xtts_v2"] == ("missing", False)


def test_a_comparison_keeps_its_figures_and_its_verdict(old):
    (found,) = old.comparisons.all()
    assert found.verdict == (
        "No difference in likeness can be told over 2 sentences between instant (0.52) and transfer (0.53); instant is "
        "the least effort; no difference in words or naturalness can be told."
    )
    assert found.request.sentences == ("Bring me the map.", "The lamp went out.")
    assert (len(found.request.training_clip_ids), len(found.request.held_out_clip_ids)) == (5, 2)
    assert {way.policy: (way.steps, *measured(way.figures)) for way in found.ways} == {
        "instant": (0, (0.4965, 0.5509), (0, 0), (4, 4), (3.2356, 3.1692), -0.33),
        "transfer": (2, (0.5229, 0.5454), (0, 0), (4, 4), (3.087, 3.1201), -0.35),
    }
    assert measured(found.recordings) == ((0.8672, 0.8672), (0, 1), (8, 8), (3.2724, 3.1635), 0.5)
    assert (round(found.ways[0].figures.similarity, 4), found.ways[1].trained_parameters) == (0.5237, 256)
    folder = old.comparisons.folder(found.comparison_id)
    for name in ("recording.wav", *(sound for way in found.ways for sound in way.sounds)):
        assert decode(folder / name).sample_rate in (16_000, 24_000)
    assert (folder / "comparison.png").read_bytes().startswith(b"\x89PNG")


def test_a_blind_test_goes_on_where_it_was_left(old):
    begun, finished = old.blind_tests.all()
    assert (begun.answered, finished.answered, finished.finished) == (3, 6, True)
    assert told_by(finished) == (
        "“Joe” was judged the more similar 4 of 6 times, “your recordings” 2. Its true share lies between 30 and 90 "
        "in 100, so it may still be chance. 5 of the 6 recordings were also learnt from, which flatters the voice."
    )
    asked = old.blind_tests.question(begun.test_id)
    assert (asked.question, asked.number, asked.total, asked.text) == (
        "better",
        4,
        10,
        "What a pity that the concert was over so soon!",
    )
    assert all(decode(path).duration_s > 0 for path in asked.sounds)
    for number in range(4, 11):
        begun = old.blind_tests.answer(begun.test_id, number, 1)
    assert old.blind_tests.question(begun.test_id) is None
    assert told_by(begun) == (
        "“the stock voice” was preferred 7 of 10 times, “Joe” 3. Its true share lies between 40 and 89 in 100, so it "
        "may still be chance."
    )


# It goes on -------------------------------------------------------------------------------------------------------


def test_an_interrupted_training_goes_on_to_its_end(old):
    run_id = run_id_of(old, "Joe, style only")
    first = old.runs.candidates(run_id).made
    assert [(one.step, judged(one.judged)) for one in first] == [(4, (0.5673, 1.0, 3.393, -0.75))]
    learnt = losses_of(old, "Joe, style only", "loss")
    assert learnt == list(enumerate([6.2125, 5.1275, 6.1277, 5.4201, 6.3739], start=1))
    last = continue_to_the_end(old, "Joe, style only")
    assert (last.state, last.step, last.total_steps, notes_of(last)) == ("finished", 8, 8, []), last.message
    assert losses_of(old, "Joe, style only", "loss")[: len(learnt)] == learnt
    assert [loss for _, loss in losses_of(old, "Joe, style only", "loss")[len(learnt) :]] == pytest.approx(
        [5.6757, 6.7349, 7.5444], rel=0.05
    )
    found = old.runs.candidates(run_id)
    assert found.made[:-1] == first
    assert (found.made[-1].step, found.made[-1].judged.similarity) == (8, pytest.approx(0.57, abs=0.02))
    voice = old.voices.get("Joe, style only")
    assert (voice.steps in (4, 8), voice.policy, voice.seed, voice.consent) == (True, "transfer", 1, True)
    assert voice.scores["words_right_stock"] == 1.0


def test_an_interrupted_training_of_another_model_goes_on_to_its_end(old):
    learnt = losses_of(old, "Joe by YourTTS", "loss")
    assert (len(learnt), learnt[0], learnt[-1]) == (16, (1, 186.6434), (16, 200.5402))
    last = continue_to_the_end(old, "Joe by YourTTS")
    assert (last.state, last.step, notes_of(last)) == ("finished", 30, []), last.message
    assert losses_of(old, "Joe by YourTTS", "loss")[:16] == learnt
    voice = old.voices.get("Joe by YourTTS")
    assert (voice.steps, voice.policy, voice.may_share) == (30, "transfer", False)


# It speaks --------------------------------------------------------------------------------------------------------


def test_voices_speak_as_they_did(old):
    # Not sample by sample: where a harmonic is in its cycle depends on the processor and its threads. The same voice on
    # two of them differs by 0.25 dB, these two voices by 3.4 dB.
    for voice in ("Joe", "Joe - untrained"):
        spoken, reference = old.speak(voice, SENTENCE).audio, decode(SPOKEN / f"{voice}.flac")
        assert (spoken.sample_rate, len(spoken.samples)) == (reference.sample_rate, len(reference.samples)), voice
        assert np.abs(levels_db(spoken) - levels_db(reference)).mean() < 0.7, voice


def test_a_voice_of_another_model_speaks_and_converts(old):
    assert old.speak("Joe - YourTTS", SENTENCE).audio.duration_s > 0
    converted = old.convert("Joe - YourTTS", Audio(np.sin(np.arange(16_000) / 20).astype(np.float32) / 2, 16_000))
    assert converted.duration_s == pytest.approx(1.0, abs=0.1)

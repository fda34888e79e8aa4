"""A comparison through the engine with the small base: what is kept from training, done, kept, stopped and resumed."""

import json
import os

import numpy as np
import psutil
import pytest
import soundfile

from tests.fake_base import BASE_ID, BREAKS_FILE, FakeBase, spectral_centre_hz
from tests.small_project import PITCH_HZ, fake_engine, make_project
from voiceclone.audio.sound import decode
from voiceclone.bases.base import Ability, Policy
from voiceclone.cli import main
from voiceclone.compare import folders, judging, model
from voiceclone.compare.request import ways_of
from voiceclone.compare.sentences import SPOKEN_SENTENCES
from voiceclone.errors import (
    BusyError,
    Cancelled,
    ConsentError,
    InputError,
    NotEnoughSpeechError,
    NotFoundError,
    TrainingError,
)
from voiceclone.training.lock import TrainingLock

STEPS = 12
SENTENCES = ("Nine boats lay at anchor.", "Who rang the bell?", "It rained all night.", "Bring me the map.")


@pytest.fixture(autouse=True)
def quick_judges(monkeypatch):
    """The judges of speech say nothing of tones, so similarity is how near the pitch is."""

    def similarity(spoken, held_out):
        heard = np.mean([np.log(spectral_centre_hz(one)) for one in held_out])
        return [float(1 - abs(np.log(spectral_centre_hz(one)) - heard)) for one in spoken]

    def judge_voice(texts, spoken, language, held_out):
        assert len(texts) == len(spoken)
        return model.Figures(tuple(similarity(spoken, held_out)))

    monkeypatch.setattr(judging, "judge_voice", judge_voice)
    monkeypatch.setattr(judging, "judge_recordings", lambda *_: model.Figures((1.0, 1.0)))


@pytest.fixture
def engine(tmp_path):
    engine = fake_engine(tmp_path / "data")
    engine.prepare_base()
    yield engine
    holder = TrainingLock(engine.data_dir).holder()
    if holder is not None and holder.pid != os.getpid():
        psutil.Process(holder.pid).kill()


@pytest.fixture
def project_id(engine):
    return make_project(engine.data_dir, clip_count=8).project_id


def compare(engine, project_id, **more):
    return engine.compare(project_id, True, **({"steps": STEPS, "sentences": SENTENCES} | more))


def test_every_way_is_trained_spoken_and_judged(engine, project_id):
    told = []
    done = compare(engine, project_id, on_progress=lambda share, words: told.append((share, words)))
    assert [way.policy for way in done.ways] == ["instant", "transfer", "fine-tune"]
    assert [way.steps for way in done.ways] == [0, STEPS, STEPS]
    assert [way.trained_parameters for way in done.ways] == [0, 1, 1]
    assert all(way.minutes > 0 and way.voice_mb > 0 for way in done.ways)
    assert done.verdict.endswith(".")
    folder = engine.comparisons.folder(done.comparison_id)
    for way in done.ways:
        assert len(way.sounds) == len(way.figures.similarities) == len(SENTENCES)
        assert all(soundfile.info(folder / sound).samplerate == FakeBase.sample_rate for sound in way.sounds)
    assert decode(folder / model.RECORDING_FILE).duration_s == pytest.approx(4.0, abs=0.1)
    assert (folder / model.PICTURE_FILE).read_bytes().startswith(b"\x89PNG")
    assert engine.comparisons.all() == [done]
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
    assert any(words.startswith("2 of 3, transfer: ") for _, words in told)


def test_voices_and_runs_are_gone_unless_they_are_to_be_kept(engine, project_id):
    compare(engine, project_id, policies=["instant", "transfer"])
    assert (engine.voices.all(), engine.runs.all()) == ([], [])
    done = compare(engine, project_id, policies=["instant", "transfer"], keep_voices=True)
    voices = {voice.voice_id: voice for voice in engine.voices.all()}
    assert set(voices) == {way.voice_id for way in done.ways}
    assert {voice.name for voice in voices.values()} == {"Anna, instant", "Anna, transfer"}
    assert all(voice.consent for voice in voices.values())


def test_no_training_hears_what_judges_it(engine, project_id):
    low = make_project(engine.data_dir, "Low", clip_count=2, pitch_hz=PITCH_HZ / 4)
    clips = engine.data_dir / "projects"
    odd = [clip.clip_id for clip in engine.projects.clips(low.project_id)]
    for clip_id in odd:
        (clips / low.project_id / "clips" / clip_id).rename(clips / project_id / "clips" / clip_id)
    done = compare(engine, project_id, steps=60, held_out=odd, keep_voices=True)
    request = done.request
    assert set(request.held_out_clip_ids) == set(odd)
    assert not set(request.training_clip_ids) & set(odd)
    assert (request.training_speech_s, request.held_out_speech_s) == (32.0, 8.0)
    for way in done.ways:  # whoever had heard the low tones would have gone below the high ones
        spoken = engine.speak(way.voice_id, SENTENCES[0]).audio
        assert spectral_centre_hz(spoken) == pytest.approx(PITCH_HZ, rel=0.02), way.policy


def test_chosen_recordings_are_not_among_those_trained_on(engine, project_id):
    done = compare(engine, project_id, policies=["instant", "transfer"])
    every = {clip.clip_id for clip in engine.projects.clips(project_id)}
    assert set(done.request.training_clip_ids) | set(done.request.held_out_clip_ids) == every
    assert not set(done.request.training_clip_ids) & set(done.request.held_out_clip_ids)
    assert len(done.request.held_out_clip_ids) == 2


def test_cancel_keeps_the_ways_that_are_done_and_leaves_nothing_half_done(engine, project_id):
    def transfer_is_running():
        run = engine.runs.active()
        return run is not None and run.step > 0

    with pytest.raises(Cancelled, match="goes on with what is missing"):
        compare(engine, project_id, steps=5_000, should_stop=transfer_is_running)
    assert (engine.voices.all(), engine.runs.all(), engine.comparisons.all()) == ([], [], [])
    (folder,) = folders.root(engine.data_dir).iterdir()
    before = (folder / "instant.json").read_bytes()
    assert not (folder / "transfer.json").exists()
    with pytest.raises(Cancelled):  # the same request goes on in the same folder, and instant is not done again
        compare(engine, project_id, steps=5_000, should_stop=transfer_is_running)
    assert (folder / "instant.json").read_bytes() == before
    assert list(folders.root(engine.data_dir).iterdir()) == [folder]
    other = compare(engine, project_id, steps=STEPS)
    assert other.comparison_id != folder.name, "another length is another comparison"


def test_cancel_while_speaking_leaves_no_instant_voice_and_keeps_what_was_trained(engine, project_id):
    def there_is_a_voice():
        return bool(engine.voices.all())

    def a_training_is_finished():
        return any(run.state == "finished" for run in engine.runs.all())

    with pytest.raises(Cancelled):
        compare(engine, project_id, should_stop=there_is_a_voice)
    assert engine.voices.all() == []
    with pytest.raises(Cancelled):
        compare(engine, project_id, policies=["transfer", "fine-tune"], should_stop=a_training_is_finished)
    (run,) = engine.runs.all()
    assert run.state == "finished"
    done = compare(engine, project_id, policies=["transfer", "fine-tune"])
    assert done.ways[0].voice_id == run.voice_id, "not trained again"
    assert (engine.voices.all(), engine.runs.all()) == ([], [])


def test_a_training_that_outlived_a_crash_is_used(engine, project_id, monkeypatch):
    class Crash(BaseException):
        pass

    def crash(*_):
        raise Crash

    with monkeypatch.context() as broken:  # while the first training runs, this process dies
        broken.setattr(engine.runs, "watch", crash)
        with pytest.raises(Crash):
            compare(engine, project_id, steps=60)
    (run,) = engine.runs.all()
    done = compare(engine, project_id, steps=60)
    (folder,) = folders.root(engine.data_dir).iterdir()
    assert done.comparison_id == folder.name
    assert done.ways[1].steps == 60
    assert engine.runs.all() == []
    with pytest.raises(NotFoundError):
        engine.runs.status(run.run_id)


def test_a_killed_training_goes_on_from_its_checkpoint(engine, project_id):
    def kill_once(_share, _words):
        run = engine.runs.active()
        if not killed and run is not None and run.running and run.step >= 10:
            killed.append(run.run_id)
            psutil.Process(TrainingLock(engine.data_dir).holder().pid).kill()

    killed = []
    with pytest.raises(TrainingError, match="Compare again; it goes on"):
        compare(engine, project_id, steps=150, policies=["instant", "fine-tune"], on_progress=kill_once)
    assert killed
    done = compare(engine, project_id, steps=150, policies=["instant", "fine-tune"])
    assert done.ways[1].steps == 150


def test_a_failed_training_says_why_and_can_be_tried_again(engine, project_id):
    breaks = engine.data_dir / "base" / BASE_ID / BREAKS_FILE
    breaks.write_text("The tone is out of tune. Tune it.")
    with pytest.raises(TrainingError, match="out of tune"):
        compare(engine, project_id)
    breaks.unlink()
    assert len(compare(engine, project_id).ways) == 3


def test_one_comparison_is_worked_on_once(engine, project_id):
    def again(_share, _words):
        if not refused:
            with pytest.raises(BusyError, match="running already") as refusal:
                compare(engine, project_id, policies=["instant", "transfer"])
            refused.append(str(refusal.value))

    refused = []
    compare(engine, project_id, policies=["instant", "transfer"], on_progress=again)
    assert refused


def test_what_cannot_be_compared_is_refused_before_anything_is_made(engine, project_id):
    small = make_project(engine.data_dir, "Small", clip_count=2).project_id
    for error, arguments in (
        (ConsentError, {"consent": False}),
        (ConsentError, {"consent": "yes"}),
        (InputError, {"steps": 0}),
        (InputError, {"minutes": 1.0}),
        (InputError, {"policies": ["full"]}),
        (InputError, {"policies": ["instant"]}),
        (InputError, {"policies": ["nonsense"]}),
        (InputError, {"sentences": ["The quick brown fox jumps over the lazy dog by the river."]}),
        (NotFoundError, {"held_out": ["0" * 32]}),
        (NotFoundError, {"project_id": "Nobody"}),
        (NotEnoughSpeechError, {"project_id": small}),
    ):
        with pytest.raises(error):
            engine.compare(**({"project_id": project_id, "consent": True, "steps": STEPS} | arguments))
    assert not folders.root(engine.data_dir).exists()


@pytest.mark.parametrize(
    ("abilities", "policies", "expected"),
    [
        (set(Ability), (Policy.FULL, Policy.FINE_TUNE, Policy.TRANSFER), ["instant", "transfer", "fine-tune"]),
        ({Ability.INSTANT, Ability.TRAIN}, (Policy.FULL,), ["instant", "full"]),
        ({Ability.TRAIN}, (Policy.FINE_TUNE, Policy.TRANSFER), ["transfer", "fine-tune"]),
        ({Ability.INSTANT, Ability.CONVERT}, (), None),
        ({Ability.TRAIN}, (Policy.FINE_TUNE,), None),
    ],
)
def test_the_ways_are_those_the_base_offers(tmp_path, abilities, policies, expected):
    base = FakeBase(tmp_path)
    base.abilities, base.policies = frozenset(abilities), policies
    if expected is None:
        with pytest.raises(InputError, match="only one way"):
            ways_of(base)
    else:
        assert list(ways_of(base)) == expected


def test_a_comparison_can_be_deleted(engine, project_id):
    done = compare(engine, project_id, policies=["instant", "transfer"])
    engine.comparisons.delete(done.comparison_id)
    assert engine.comparisons.all() == []
    for wrong in (done.comparison_id, "..", ""):
        with pytest.raises(NotFoundError):
            engine.comparisons.delete(wrong)


def test_the_terminal_prints_the_table_and_leaves_the_files(engine, project_id, tmp_path, capsys):
    def run(*arguments):
        code = main(["compare", "Anna", *map(str, arguments)], lambda: engine)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    code, output, errors = run("--steps", STEPS)
    assert (code, output) == (2, "")
    assert "permission" in errors and errors.endswith("add --i-have-consent.\n")
    out = tmp_path / "new" / "out"
    code, output, errors = run("--steps", STEPS, "--i-have-consent", "--out", out)
    assert (code, errors) == (0, "")
    lines = output.splitlines()
    assert [line.split()[0] for line in lines[1:5]] == ["instant", "transfer", "fine-tuned", "your"]
    assert str(out) in lines[-1]
    assert len(list(out.glob("*.wav"))) == 3 * SPOKEN_SENTENCES + 1
    assert (out / model.PICTURE_FILE).stat().st_size > 1_000
    (done,) = engine.comparisons.all()
    assert done.verdict in lines
    assert model.read_comparison(out) == done
    code, output, _ = run("--steps", STEPS, "--i-have-consent", "--ways", "instant", "transfer", "--json", "--keep")
    told = json.loads(output)
    assert (code, [way["policy"] for way in told["ways"]]) == (0, ["instant", "transfer"])
    assert len(engine.voices.all()) == 2

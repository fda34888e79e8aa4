"""Each base model the whole way: a release of its exact layout, with random weights, from a server to a heard voice."""

import io
import zipfile

import numpy as np
import pytest
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from tests.small_hub import serve_all
from voiceclone import VoiceEngine
from voiceclone.audio.sound import decode
from voiceclone.bases import catalogue
from voiceclone.bases.base import Ability
from voiceclone.errors import VoiceFileError
from voiceclone.storage import download

SENTENCE = "The boy saw a ship."
BUILDERS = {
    "your_tts": lambda folder: _vits("your_tts", folder),
    "vctk_vits": lambda folder: _vits("vctk_vits", folder),
    "xtts_v2": lambda folder: _more("xtts", folder),
    "tacotron2_ddc": lambda folder: _more("tacotron", folder),
    "openvoice_v2": lambda folder: _more("openvoice", folder),
    "freevc24": lambda folder: _more("freevc", folder),
    "knnvc": lambda folder: _more("knnvc", folder),
}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def _vits(base_id, folder):
    from coqui_bundles import write_bundle

    write_bundle(base_id, folder)


def _more(name, folder):
    import coqui_more_bundles

    getattr(coqui_more_bundles, name)(folder)


def offer(site, base_id, folder):
    """Offer a released folder the way its card says it is fetched."""
    for source in catalogue.card(base_id).sources:
        path = source.url.split("/", 3)[3]
        place = (folder.parent if source.shared else folder) / source.into
        name = path.rpartition("/")[2]
        if not source.is_zip:
            site.put(path, (place / name).read_bytes())
            continue
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for file in place.iterdir():
                if file.is_file() and file.name not in ("base.json", "speaker_encoder.pt"):
                    archive.write(file, f"{name.removesuffix('.zip')}/{file.name}")
        site.put(path, made.getvalue())


@pytest.fixture
def got(tmp_path, monkeypatch):
    """Return an engine that got a model from a server, with connections that broke, and a project of six clips."""
    import huggingface_hub

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "RETRY_PAUSE_S", 0.0)
    huggingface_hub.close_session()

    def get(base_id):
        engine = VoiceEngine(tmp_path / "data")
        with serve_all(tmp_path / "site") as site:
            BUILDERS[base_id](tmp_path / "made" / "base" / base_id)
            offer(site, base_id, tmp_path / "made" / "base" / base_id)
            site.tells_hashes = True
            site.cuts = [300_000] * len(catalogue.card(base_id).sources)
            name = catalogue.card(base_id).released_folders[0].replace("--", "/")
            status = engine.models.install(name, licence_agreed=True, mirror=site.endpoint)
            assert any(wanted.startswith("bytes=") for _, wanted in site.asked), "nothing was interrupted"
        assert status.state == "ready"
        assert engine.base_of(name) is engine.base_of(base_id)
        assert engine.base_of(base_id).is_ready()
        project = engine.projects.create("Joe")
        clips = [EXAMPLE_DIR / f"joe_{number:02d}.flac" for number in range(1, 7)]
        engine.projects.add_clips(project.project_id, clips, transcripts=EXAMPLE_TEXTS)
        return engine, project.project_id

    yield get
    huggingface_hub.close_session()


def check_sound(audio):
    assert audio.duration_s > 0.05
    assert np.isfinite(audio.samples).all()
    assert np.abs(audio.samples).max() > 0


def check_export(engine, voice, folder):
    card = catalogue.card(voice.base_id)
    if not card.may_share_voices:
        with pytest.raises(VoiceFileError, match="may not be passed on"):
            engine.voices.export(voice.voice_id, folder)
    exported = engine.voices.export(voice.voice_id, folder, private_use=not card.may_share_voices)
    assert engine.voices.import_file(exported).may_share == card.may_share_voices


def use(engine, voice, folder):
    """Speak and convert with a voice in an engine that has nothing loaded yet, then take it along."""
    fresh = VoiceEngine(engine.data_dir)
    card = catalogue.card(voice.base_id)
    if card.speaks:
        check_sound(fresh.speak(voice.voice_id, SENTENCE).audio)
    if Ability.CONVERT in card.abilities:
        recording = decode(EXAMPLE_DIR / "joe_07.flac")
        converted = fresh.convert(voice.voice_id, recording)
        check_sound(converted)
        assert converted.duration_s == pytest.approx(recording.duration_s, abs=0.1)
    check_export(fresh, voice, folder)


def instant(engine, project_id, base_id, folder):
    voice = engine.instant_voice(project_id, "Instant", True, base_id=base_id)
    assert (voice.base_id, voice.policy, voice.may_share) == (
        base_id,
        "instant",
        catalogue.card(base_id).may_share_voices,
    )
    use(engine, voice, folder)


@pytest.mark.parametrize("base_id", ["your_tts", "openvoice_v2"])
def test_from_the_server_to_an_instant_voice(got, tmp_path, base_id):
    engine, project_id = got(base_id)
    instant(engine, project_id, base_id, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("base_id", [base_id for base_id in BUILDERS if base_id not in ("your_tts", "openvoice_v2")])
def test_from_the_server_to_a_voice_of_each_other_model(got, tmp_path, base_id):
    engine, project_id = got(base_id)
    if Ability.INSTANT in catalogue.card(base_id).abilities:
        instant(engine, project_id, base_id, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("base_id", [card.base_id for card in catalogue.CARDS if card.policies and not card.embedded])
def test_each_policy_trains_in_a_process_of_its_own(got, tmp_path, base_id):
    engine, project_id = got(base_id)
    for policy in catalogue.card(base_id).policies:
        run = engine.start_training(project_id, f"By {policy}", True, steps=3, base_id=base_id, policy=policy)
        *_, last = engine.runs.watch(run.run_id, interval_s=0.5)
        assert last.state == "finished", last.message
        voice = engine.voices.get(last.voice_id)
        assert (voice.base_id, voice.policy) == (base_id, policy)
        assert engine.runs.loss_points(run.run_id)
        (tmp_path / policy).mkdir()
        use(engine, voice, tmp_path / policy)

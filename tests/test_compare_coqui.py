"""“Does training help?” with YourTTS of the released layout: three ways through the program, and the real judges."""

import json

import pytest
import soundfile
from coqui_bundles import YOUR_TTS, install_bundle
from joe_project import joe_project

from voiceclone.bases.coqui.bundle import read_bundle
from voiceclone.compare import model
from voiceclone.engine import VoiceEngine

SENTENCES = ("Nine boats lay at anchor.", "Who rang the bell?")
STEPS = 3


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_instant_transfer_and_fine_tune_of_a_released_base_are_compared(tmp_path):
    engine = VoiceEngine(tmp_path / "data")
    bundle = read_bundle(install_bundle(YOUR_TTS, engine.data_dir))
    project_id = joe_project(engine.data_dir, count=10)
    told = []
    done = engine.compare(
        project_id,
        True,
        steps=STEPS,
        base_id=YOUR_TTS,
        sentences=SENTENCES,
        on_progress=lambda share, words: told.append((share, words)),
    )
    assert done.request.base_id == YOUR_TTS
    assert [way.policy for way in done.ways] == ["instant", "transfer", "fine-tune"]
    assert [way.steps for way in done.ways] == [0, STEPS, STEPS]
    instant, transfer, fine_tune = done.ways
    assert instant.trained_parameters == 0
    assert transfer.trained_parameters == bundle.setting("d_vector_dim", 0)
    assert fine_tune.trained_parameters >= transfer.trained_parameters
    folder = engine.comparisons.folder(done.comparison_id)
    for way in done.ways:
        assert len(way.sounds) == len(way.figures.similarities) == len(way.figures.naturalnesses) == len(SENTENCES)
        assert all(-1 <= similarity <= 1 for similarity in way.figures.similarities)
        assert all(soundfile.info(folder / sound).samplerate == bundle.sample_rate for sound in way.sounds)
        assert way.minutes > 0 and way.voice_mb > 0
    assert done.verdict.endswith(".")
    assert json.loads((folder / "comparison.json").read_text("utf-8"))["verdict"] == done.verdict
    assert (folder / model.PICTURE_FILE).read_bytes().startswith(b"\x89PNG")
    assert (engine.voices.all(), engine.runs.all()) == ([], [])
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and 0 <= shares[0] <= shares[-1] <= 1

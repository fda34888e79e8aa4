"""The benchmark of a real VITS: each way is measured from its start to its voice file, and goes on where it ended."""

import json

import pytest

from benchmarks import vits_policies
from benchmarks.voices import SpokenClip
from tests.coqui_bundles import YOUR_TTS, install_bundle
from tests.sounds import EXAMPLE_DIR, EXAMPLE_TEXTS
from voiceclone.audio.sound import decode
from voiceclone.bases.base import Policy, TrainingPlan
from voiceclone.bases.coqui.vits.recipe import Recipe

pytestmark = pytest.mark.slow
RECIPE = Recipe(batch_clips=2, judged_clips=1, adversarial=False)


@pytest.fixture(scope="module")
def clips():
    return [SpokenClip(EXAMPLE_DIR / name, text, 4.0) for name, text in list(EXAMPLE_TEXTS.items())[:6]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return install_bundle(YOUR_TTS, tmp_path_factory.mktemp("data"), d_vector_dim=256)


def test_a_way_is_measured_at_its_quarters_and_goes_on_after_an_end(tmp_path, folder, clips):
    base = vits_policies.ResemblyzerVits(folder, "your_tts", RECIPE)
    judges = vits_policies.Judges([decode(clip.path) for clip in clips[:2]], clips[:1], sentences=1)
    run_dir, table = tmp_path / "transfer", tmp_path / "measured.jsonl"
    run_dir.mkdir()
    base.prepare(vits_policies.training_clips(clips[2:]), run_dir, TrainingPlan(steps=4, policy=Policy.TRANSFER))

    # The process ends in the middle: what comes after has to begin at the last checkpoint.
    class Ended(Exception):
        pass

    def write_two(table, row, judged):
        write_row(table, row, judged)
        if row["step"] == 2:
            raise Ended

    write_row = vits_policies.write_row
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Ended):
        patch.setattr(vits_policies, "write_row", write_two)
        vits_policies.run_way(base, folder, run_dir, RECIPE, judges, "transfer", table)
    vits_policies.run_way(base, folder, run_dir, RECIPE, judges, "transfer", table)

    rows = [json.loads(line) for line in table.read_text("utf-8").splitlines()]
    assert [row["step"] for row in rows] == [0, 1, 2, 2, 3, 4, "kept"]
    assert all(row["learnt"] == 256 for row in rows[:-1])
    assert rows[0]["held_out_mel"] != rows[-2]["held_out_mel"]
    assert {"similarity", "pitch_off_semitones", "word_error_rate", "dnsmos"} <= rows[-1].keys()
    assert (tmp_path / "heard" / "transfer_kept.wav").is_file()
    assert (run_dir / "voice.safetensors").is_file()

"""The 54 stock voices the package carries: whole, true to the base's own tables, spoken with, chosen to start from."""

import numpy as np
import pytest

from voiceclone.bases.kokoro import KokoroBase, starting_voice
from voiceclone.bases.kokoro.model import official_files, stock_data, weights
from voiceclone.errors import NotFoundError
from voiceclone.storage.disk import write_json


def test_every_released_voice_is_carried_whole():
    known = stock_data.shipped_voices()
    assert sorted(known) == sorted(official_files.VOICES_SHA256) and len(known) == 54
    for name, voice in known.items():
        assert voice.style.shape == (1, 256) and voice.style.dtype == np.float32, name
        assert voice.embedding.shape == (256,), name
        assert np.linalg.norm(voice.embedding) == pytest.approx(1, abs=1e-3), name
        assert 60 < voice.pitch_hz < 350, name
    assert len(np.unique(np.concatenate([voice.style for voice in known.values()]), axis=0)) == 54
    usual_hz = {sex: np.median([v.pitch_hz for name, v in known.items() if name[1] == sex]) for sex in "fm"}
    assert usual_hz["f"] > 1.2 * usual_hz["m"], "rows and names belong together"
    assert stock_data.DATA_FILE.stat().st_size < 200_000


def test_the_bases_own_voices_are_the_same_to_the_last_bit(kokoro_folder):
    own = weights.load_stock_voices(kokoro_folder)
    assert own
    for name, table in own.items():
        assert np.array_equal(starting_voice.typical_style(table).numpy(), stock_data.shipped_voices()[name].style), (
            name
        )


def test_a_voice_that_the_base_lacks_is_listed_and_spoken(kokoro_folder):
    from voiceclone.evaluation import speaker_similarity

    base, wanted = KokoroBase(kokoro_folder), "am_michael"
    assert wanted not in weights.read_info(kokoro_folder).stock_voices
    assert len(base.stock_voices()) == 54
    heard = speaker_similarity.embed(base.speak(wanted, starting_voice._SPOKEN_TEXT, "en-us"))
    similarity = {name: float(heard @ voice.embedding) for name, voice in stock_data.shipped_voices().items()}
    assert max(similarity, key=similarity.__getitem__) == wanted and similarity[wanted] > 0.9
    with pytest.raises(NotFoundError, match=r"no stock voice “am_nobody”.*af_heart"):
        base.speak("am_nobody", "Hello.", "en-us")


def test_nothing_is_offered_before_the_base_is_ready(tmp_path):
    assert KokoroBase(tmp_path).stock_voices() == ()


def test_a_run_that_names_a_carried_voice_begins_there(kokoro_folder, tmp_path):
    write_json(tmp_path / starting_voice.START_FILE, {"stock_voice": "bm_george"})
    style = starting_voice.choose_start(None, kokoro_folder, tmp_path, [])
    assert np.array_equal(style.numpy(), stock_data.shipped_voices()["bm_george"].style)


@pytest.mark.parametrize(
    ("person_hz", "chosen"),
    [
        (110.0, "low"),  # the most similar is an octave higher
        (200.0, "high"),
        (125.0, "low"),  # 3.9 semitones above 100
        (None, "high"),
        (60.0, "unknown"),  # the others are too far
    ],
)
def test_a_voice_of_far_pitch_is_passed_over(person_hz, chosen):
    similarities = {"high": 0.8, "low": 0.7, "lowest": 0.6, "unknown": 0.5}
    pitches_hz = {"high": 210.0, "low": 100.0, "lowest": 95.0}
    assert starting_voice.most_alike_and_near(similarities, pitches_hz, person_hz) == chosen


def test_where_all_are_far_the_most_similar_is_taken():
    pitches_hz = {"one": 200.0, "other": 220.0}
    assert starting_voice.most_alike_and_near({"one": 0.6, "other": 0.7}, pitches_hz, 80.0) == "other"

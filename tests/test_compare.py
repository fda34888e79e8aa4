"""The parts of a comparison: what is held out, which sentences are unseen, figures, verdict, table and picture."""

import io
import json
import random

import numpy as np
import pytest
from safetensors.numpy import save_file

from voiceclone.clips.model import Clip
from voiceclone.clips.quality.verdict import Verdict
from voiceclone.compare import held_out, judging, model, picture, table, verdict
from voiceclone.compare.model import Comparison, Request, Way
from voiceclone.compare.sentences import SPOKEN_SENTENCES, plain, unseen_sentences
from voiceclone.errors import InputError, NotEnoughSpeechError, NotFoundError
from voiceclone.evaluation.judge import Figures
from voiceclone.text.languages import LANGUAGES
from voiceclone.text.scripts import reading_script

COUNT = 10


def clip(number, speech_s=4.0, level="good", included=True, text="Some words."):
    return Clip(
        f"{number:032x}", "0" * 32, text, "en-us", speech_s, speech_s, 24_000, "a.wav", "", included, True, False,
        Verdict(level, ""),
    )  # fmt: skip


def way(policy, similarities, errors=None, naturalness=3.0, pitch=None, **more):
    sentences = len(similarities)
    figures = Figures(
        tuple(similarities), tuple(errors or [0] * sentences), (10,) * sentences, (naturalness,) * sentences, pitch
    )
    cost = {
        "minutes": 1.0,
        "steps": 9,
        "trained_parameters": 256,
        "voice_mb": 0.002,
        "sounds": (),
        "voice_id": "a" * 32,
    }
    return Way(policy, figures, **(cost | more))


def around(mean, spread=0.0, seed=0):
    noise = random.Random(seed)
    return [mean + spread * noise.uniform(-1, 1) for _ in range(COUNT)]


def comparison(ways, said="A verdict."):
    request = Request(
        "1" * 32, "Anna", "kokoro-82m", "Kokoro-82M", "en-us", tuple(one.policy for one in ways), 5.0, None, 0,
        ("One.", "Two."), ("2" * 32,), ("3" * 32, "4" * 32), 60.0, 10.0, False,
    )  # fmt: skip
    recordings = Figures((0.9, 0.92), (0, 1), (8, 9), (3.2, 3.3))
    return Comparison("5" * 32, request, recordings, tuple(ways), said, "cpu", "2026-01-01")


# What is held out ---------------------------------------------------------------------------------


def test_a_fifth_is_held_out_spread_over_the_recordings_and_never_trained_on():
    clips = [clip(number) for number in range(30)]
    training, judged = held_out.split(clips)
    assert (len(training), len(judged)) == (24, 6)
    assert {one.clip_id for one in training} & {one.clip_id for one in judged} == set()
    places = [clips.index(one) for one in judged]
    assert [place // 5 for place in places] == [0, 1, 2, 3, 4, 5]


def test_clips_left_out_bad_or_too_short_judge_nothing():
    clips = [clip(1, included=False), clip(2, level="bad"), clip(3, speech_s=1.0), clip(4, level="fair")]
    clips += [clip(number) for number in range(5, 12)]
    training, judged = held_out.split(clips)
    assert {one.clip_id for one in judged} <= {one.clip_id for one in clips[4:]}
    assert clips[2] in training
    assert clips[0] not in training
    assert clips[1] not in training


def test_training_keeps_its_ten_seconds():
    training, judged = held_out.split([clip(number, speech_s=2.2) for number in range(7)])
    assert held_out.speech_s(training) >= 10
    assert len(judged) == 2
    with pytest.raises(NotEnoughSpeechError, match=r"13 s of usable speech in 6 clips.*Record or add"):
        held_out.split([clip(number, speech_s=2.2) for number in range(6)])
    with pytest.raises(NotEnoughSpeechError, match=r"1\.6 s or longer"):
        held_out.split([clip(number, speech_s=1.2) for number in range(40)])


def test_a_person_may_choose_what_is_held_out():
    clips = [clip(number) for number in range(5)]
    training, judged = held_out.split(clips, [clips[1].clip_id])
    assert [one.clip_id for one in judged] == [clips[1].clip_id]
    assert len(training) == 4
    for wrong in ([], ["f" * 32]):
        with pytest.raises(NotFoundError):
            held_out.split(clips, wrong)


# Sentences ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_sentences_that_the_reading_script_lacks(language):
    sentences = unseen_sentences(language, reading_script(language))
    assert len(set(sentences)) == SPOKEN_SENTENCES
    assert len(unseen_sentences(language, [], own=["One."])) == 1


def test_a_sentence_that_is_said_in_the_recordings_is_not_spoken():
    first, second, *_ = unseen_sentences("en-us", [])
    left = unseen_sentences("en-us", [f"Well. {first.upper()} And so on.", "Another text."])
    assert first not in left
    assert second in left
    assert len(left) == SPOKEN_SENTENCES
    with pytest.raises(InputError, match="is said in the recordings"):
        unseen_sentences("en-us", ["One two, three!"], own=["one two THREE"])
    with pytest.raises(InputError, match="“xx”"):
        unseen_sentences("xx", [])
    assert plain("  Don’t—stop, now! ") == "don t stop now"


# Figures ------------------------------------------------------------------------------------------


def test_figures_are_means_and_shares():
    figures = Figures((0.5, 0.7), (1, 2), (10, 20), (3.0, 4.0))
    assert figures.similarity == pytest.approx(0.6)
    assert figures.words_right == pytest.approx(0.9)
    assert figures.naturalness == 3.5
    nothing = Figures()
    assert (nothing.similarity, nothing.words_right, nothing.naturalness) == (None, None, None)


def test_the_interval_is_students():
    # t(0.975; 3) = 3.1824, standard deviation of 1 2 3 4 = 1.2910
    assert model.interval([1, 2, 3, 4]) == pytest.approx(3.1824 * 1.2910 / 2, rel=1e-4)
    assert model.interval([1]) is None


def test_numbers_a_voice_changes_are_counted_by_their_matrices(tmp_path):
    path = tmp_path / "voice.safetensors"
    tensors = {"style": (1, 256), "a.weight.up": (30, 2), "a.weight.down": (2, 50), "a.bias.delta": (30,)}
    save_file({name: np.zeros(shape, np.float16) for name, shape in tensors.items()}, path)
    assert judging.changed_numbers(path) == 256 + 30 * 50 + 30


# The verdict --------------------------------------------------------------------------------------


def test_a_clear_rise_is_said_with_its_numbers():
    said = verdict.verdict(
        [
            way("instant", around(0.61, 0.03, 1)),
            way("transfer", around(0.68, 0.03, 2)),
            way("fine-tune", around(0.79, 0.03, 3)),
        ]
    )
    assert said.startswith("Training helps: over 10 sentences the fine-tuned voice is more like recordings it never")
    assert "(0.78) than instant (0.61) and transfer (0.68)" in said
    assert said.endswith("; no difference in words or naturalness can be told.")
    assert said.count(".") == said.count("0.") + 1, "one sentence"


def test_a_difference_within_the_scatter_is_not_claimed():
    said = verdict.verdict([way("instant", around(0.70, 0.15, 1)), way("fine-tune", around(0.72, 0.15, 2))])
    assert said.startswith("No difference in similarity can be told over 10 sentences between instant (0.")
    assert "the least effort" in said
    assert "helps" not in said


def test_a_difference_too_small_to_matter_is_not_claimed():
    said = verdict.verdict([way("instant", around(0.700)), way("fine-tune", around(0.705, 0.0001))])
    assert said.startswith("No difference")


def test_the_same_sentences_are_compared_in_pairs():
    hard = around(0.6, 0.2, 1)  # sentences differ far more than voices do
    better = [value + noise for value, noise in zip(hard, around(0.05, 0.01, 2), strict=True)]
    assert verdict.clear_difference(better, hard, 0.01) == 1
    assert verdict.clear_difference(hard, better, 0.01) == -1
    assert verdict.clear_difference(sorted(better), sorted(hard, reverse=True), 0.01) == 0


def test_few_sentences_support_nothing():
    assert verdict.clear_difference([0.9, 0.91, 0.9], [0.5, 0.51, 0.5], 0.01) == 0


def test_training_that_makes_it_worse_is_said():
    said = verdict.verdict([way("instant", around(0.8, 0.01, 1)), way("fine-tune", around(0.6, 0.01, 2))])
    assert said.startswith("Training does not help here: over 10 sentences the instant voice is more like")


def test_what_similarity_costs_is_said():
    said = verdict.verdict(
        [
            way("instant", around(0.6, 0.01, 1)),
            way("fine-tune", around(0.8, 0.01, 2), errors=[2, 1, 2, 3, 1, 2, 2, 1, 2, 2], naturalness=2.5),
        ]
    )
    assert "than instant it has less words right (82% against 100%) and less naturalness (2.50 against 3.00)" in said


def test_a_tie_with_the_best_is_said():
    said = verdict.verdict(
        [
            way("instant", around(0.6, 0.01, 1)),
            way("transfer", around(0.795, 0.05, 2)),
            way("fine-tune", around(0.8, 0.05, 3)),
        ]
    )
    assert said.startswith("Training helps: ")
    assert "cannot be told apart from" in said


def test_without_instant_nothing_is_said_of_training_as_such():
    said = verdict.verdict([way("transfer", around(0.6, 0.01, 1)), way("fine-tune", around(0.8, 0.01, 2))])
    assert said.startswith("What is trained matters: ")


def test_a_voice_of_the_wrong_pitch_is_no_proof_that_training_helps():
    low, high = around(0.61, 0.03, 1), around(0.93, 0.03, 2)
    said = verdict.verdict([way("instant", low, pitch=-0.5), way("fine-tune", high, pitch=12.2)])
    assert "Training helps" not in said
    assert said.startswith("Similarity alone decides nothing here: over 10 sentences the fine-tuned voice is more like")
    assert said.endswith(
        " The fine-tuned voice speaks 12 semitones too high, which similarity hardly hears: listen before you choose."
    )
    said = verdict.verdict([way("instant", low, pitch=-9.0), way("fine-tune", high, pitch=0.5)])
    assert said.startswith("Training helps: ") and said.endswith(". The instant voice speaks 9 semitones too low.")
    right = verdict.verdict([way("instant", low, pitch=3.5), way("fine-tune", high, pitch=0.5)])
    assert "semitones" not in right, "within what may be chance"
    said = verdict.verdict([way("instant", []), way("fine-tune", [], pitch=12.0)])
    assert said.endswith("The fine-tuned voice speaks 12 semitones too high.")


def test_what_was_not_measured_is_not_judged():
    said = verdict.verdict([way("instant", []), way("fine-tune", around(0.8))])
    assert said == "Similarity could not be measured for every voice, so listen to them and trust your ears."


# On disk and in pictures --------------------------------------------------------------------------


def test_a_comparison_survives_the_disk(tmp_path):
    told = comparison([way("instant", around(0.6)), way("fine-tune", around(0.8), pitch=-0.7)])
    model.write_comparison(tmp_path, told)
    assert model.read_comparison(tmp_path) == told
    text = (tmp_path / model.COMPARISON_FILE).read_text()
    assert '"similarity": 0.8' in text, "people reading the file find the means, too"
    older = json.loads(text)
    for one in (older["recordings"], *(kept["figures"] for kept in older["ways"])):
        del one["pitch_off_semitones"]
    (tmp_path / model.COMPARISON_FILE).write_text(json.dumps(older))
    read = model.read_comparison(tmp_path)
    assert [one.figures.pitch_off_semitones for one in read.ways] == [None, None]
    assert table.rows(read)[1][2] == "-"
    (tmp_path / model.COMPARISON_FILE).write_text('{"ways": 3}')
    with pytest.raises(NotFoundError, match="damaged"):
        model.read_comparison(tmp_path)
    with pytest.raises(NotFoundError, match="no finished comparison"):
        model.read_comparison(tmp_path / "none")


def test_the_table_has_a_row_per_way_and_one_for_the_recordings():
    rows = table.rows(
        comparison([way("instant", around(0.6, 0.1)), way("fine-tune", [0.8], voice_mb=19.3, pitch=-0.72)])
    )
    assert [row[0] for row in rows] == ["instant", "fine-tuned", "your recordings"]
    assert all(len(row) == len(table.HEAD) for row in rows)
    assert " ± " in rows[0][1]
    assert rows[1][1] == "0.800", "one sentence has no spread"
    assert rows[0][-1] == "2 kB"
    assert rows[1][-1] == "19.3 MB"
    assert rows[0][6] == "256"
    assert (table.HEAD[2], rows[0][2], rows[1][2]) == ("pitch, semitones", "-", "-0.7")


@pytest.mark.parametrize("measured", [True, False])
def test_the_picture_is_readable_on_white_and_on_black(measured):
    from matplotlib.image import imread

    ways = [way("instant", around(0.6, 0.1)), way("transfer", around(0.7, 0.1)), way("fine-tune", around(0.8, 0.1))]
    if not measured:
        ways = [Way(one.policy, Figures(), 1.0, 1, 1, 1.0, (), "a" * 32) for one in ways]
    pixels = imread(io.BytesIO(picture.comparison_png(comparison(ways, "A rather long verdict. " * 12))))
    assert pixels.shape[1] == 1000
    opacity = pixels[..., 3]
    assert np.mean(opacity == 0) > 0.5, "the background is transparent"
    ink = pixels[opacity > 0.9][:, :3] @ [0.2126, 0.7152, 0.0722]
    assert len(ink) > 1_000
    assert ink.min() > 0.15
    assert ink.max() < 0.75

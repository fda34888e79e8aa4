"""Networks listen to clips: the words, the voice, and a take that is there twice."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone import limits
from voiceclone.audio.sound import Audio, decode, encode_wav
from voiceclone.clips import ClipLibrary
from voiceclone.clips.quality.listening import PRINT_FILE, keep_speaker, speakers
from voiceclone.errors import Cancelled, NotFoundError
from voiceclone.evaluation import speaker_similarity
from voiceclone.evaluation.wer import character_error_rate

WRONG = "Completely different words stand here, about ships and weather."


def example(number: int) -> Path:
    return EXAMPLE_DIR / f"joe_{number:02d}.flac"


def test_right_words_are_good_and_wrong_ones_are_found(library: ClipLibrary, project) -> None:
    library.add_files(project.project_id, [example(1), example(2)], transcripts=EXAMPLE_TEXTS)
    library.add_files(project.project_id, [example(3)], text=WRONG)
    told: list[float] = []
    right, also_right, wrong = library.listen(project.project_id, on_progress=lambda share, _: told.append(share))
    assert right.verdict.figures["character_error_rate"] < 0.2 and "words" not in also_right.verdict.kinds
    assert wrong.verdict.level == "bad" and wrong.verdict.kinds[0] == "words"
    assert wrong.heard and wrong.text == WRONG
    assert told == sorted(told) and told[-1] == 1.0


def test_correcting_the_words_settles_it_without_listening_again(library: ClipLibrary, project) -> None:
    library.add_files(project.project_id, [example(3)], text=WRONG)
    (wrong,) = library.listen(project.project_id)
    corrected = library.edit_clip(project.project_id, wrong.clip_id, text=EXAMPLE_TEXTS["joe_03.flac"])
    assert "words" not in corrected.verdict.kinds
    assert "words" in library.edit_clip(project.project_id, wrong.clip_id, text=WRONG).verdict.kinds


def test_a_person_who_listened_is_believed(library: ClipLibrary, project) -> None:
    library.add_files(project.project_id, [example(3)], text=WRONG)
    (wrong,) = library.listen(project.project_id)
    confirmed = library.edit_clip(project.project_id, wrong.clip_id, confirmed=True)
    assert confirmed.confirmed and "words" not in confirmed.verdict.kinds


def test_a_text_the_recogniser_is_sure_of_is_not_recognised_twice(library: ClipLibrary, project) -> None:
    (added,) = library.add_files(project.project_id, [example(3)]).added
    assert added.transcribed and added.heard == added.text
    assert limits.SURE_LOG_PROBABILITY < added.verdict.figures["log_probability"] < 0
    (listened,) = library.listen(project.project_id)
    assert listened.heard == added.heard and "character_error_rate" not in listened.verdict.figures
    assert "heard_again" not in listened.verdict.figures


def test_a_text_the_recogniser_is_not_sure_of_is_heard_again(library: ClipLibrary, project) -> None:
    (added,) = library.add_files(project.project_id, [example(1)]).added
    assert added.verdict.figures["log_probability"] < limits.SURE_LOG_PROBABILITY
    (listened,) = library.listen(project.project_id)
    assert listened.heard == added.heard and 0 < listened.verdict.figures["heard_again"] < limits.MAX_HEARD_AGAIN
    # Once is enough.
    library.change(project.project_id, added.clip_id, figures=listened.verdict.figures | {"heard_again": 0.77})
    (again,) = library.listen(project.project_id)
    assert again.verdict.figures["heard_again"] == 0.77 and "doubtful" in again.verdict.kinds


def other_voice(source: Path, target: Path) -> Path:
    """The same take by a smaller person: higher, faster, with other formants."""
    audio = decode(source)
    encode_wav(Audio(audio.samples, round(1.4 * audio.sample_rate)), target)
    return target


@pytest.fixture
def two_people(library: ClipLibrary, project, tmp_path: Path) -> ClipLibrary:
    mine = [example(number) for number in range(1, 6)]
    others = [other_voice(example(number), tmp_path / f"other_{number}.wav") for number in (7, 8)]
    library.add_files(project.project_id, [*mine, *others])
    library.listen(project.project_id)
    return library


def test_the_clips_of_somebody_else_are_told_apart(two_people: ClipLibrary, project) -> None:
    clips = two_people.clips(project.project_id)
    assert ["speaker" in clip.verdict.kinds for clip in clips] == [False] * 5 + [True] * 2
    first, second = speakers(two_people, project.project_id)
    assert first.clip_ids == tuple(clip.clip_id for clip in clips[:5]) and first.sample_clip_id in first.clip_ids
    assert second.clip_ids == tuple(clip.clip_id for clip in clips[5:])


def test_the_person_who_is_chosen_is_kept_and_the_rest_is_left_out_not_deleted(two_people, project) -> None:
    clips = two_people.clips(project.project_id)
    assert keep_speaker(two_people, project.project_id, clips[6].clip_id) == 5
    after = two_people.clips(project.project_id)
    assert [clip.included for clip in after] == [False] * 5 + [True] * 2
    assert "speaker" not in after[5].verdict.kinds, "the smaller voice is the main one now"
    with pytest.raises(NotFoundError, match="not among"):
        keep_speaker(two_people, project.project_id, clips[0].clip_id)


def test_the_same_take_in_another_file_is_a_twin_and_a_retake_is_not(library: ClipLibrary, project, tmp_path) -> None:
    audio = decode(example(1))
    quieter = Audio(np.pad(0.6 * audio.samples, 800).astype(np.float32), audio.sample_rate)
    encode_wav(quieter, tmp_path / "again.wav")
    slower = Audio(audio.samples, round(0.94 * audio.sample_rate))
    encode_wav(slower, tmp_path / "retake.wav")
    library.add_files(project.project_id, [example(1)])
    library.add_files(project.project_id, [tmp_path / "again.wav"])
    library.add_files(project.project_id, [tmp_path / "retake.wav"])
    first, again, retake = library.listen(project.project_id)
    assert ["twin" in clip.verdict.kinds for clip in (first, again, retake)] == [False, True, False]
    library.delete_clip(project.project_id, first.clip_id)
    left = library.listen(project.project_id)
    assert not any("twin" in clip.verdict.kinds for clip in left)


def test_stopping_keeps_what_was_heard(library: ClipLibrary, project) -> None:
    library.add_files(project.project_id, [example(1), example(2)], transcripts=EXAMPLE_TEXTS)
    asked = iter([False, True])
    with pytest.raises(Cancelled):
        library.listen(project.project_id, should_stop=lambda: next(asked))
    assert [bool(clip.heard) for clip in library.clips(project.project_id)] == [True, False]
    assert all(clip.heard for clip in library.listen(project.project_id))


def test_a_clip_that_is_deleted_meanwhile_does_no_harm(example_library: ClipLibrary, project) -> None:
    doomed = [clip.clip_id for clip in example_library.clips(project.project_id)[1:]]

    def delete(share: float, words: str) -> None:
        if doomed:
            example_library.delete_clip(project.project_id, doomed.pop())

    (left,) = example_library.listen(project.project_id, on_progress=delete)
    assert left.heard and "speaker_similarity" in left.verdict.figures


def test_a_clip_deleted_while_it_is_heard_leaves_no_folder(library: ClipLibrary, project, monkeypatch) -> None:
    (doomed,) = library.add_files(project.project_id, [example(1)], transcripts=EXAMPLE_TEXTS).added
    embed = speaker_similarity.embed

    def delete_meanwhile(audio: Audio) -> np.ndarray:
        library.delete_clip(project.project_id, doomed.clip_id)
        return embed(audio)

    monkeypatch.setattr(speaker_similarity, "embed", delete_meanwhile)
    assert library.listen(project.project_id) == []
    assert not library.clip_folder(project.project_id, doomed.clip_id).exists()


def test_cleaning_and_listening_at_once_lose_nothing(example_library: ClipLibrary, project) -> None:
    with ThreadPoolExecutor() as pool:
        work = [pool.submit(do, project.project_id) for do in (example_library.clean, example_library.listen)]
    assert all(done.exception() is None for done in work)
    clips = example_library.clips(project.project_id)
    assert all(clip.cleaned and clip.heard and "speaker_similarity" in clip.verdict.figures for clip in clips)


def test_a_damaged_voice_print_is_made_anew(example_library: ClipLibrary, project) -> None:
    clips = example_library.listen(project.project_id)
    print_file = example_library.clip_folder(project.project_id, clips[0].clip_id) / PRINT_FILE
    print_file.write_bytes(b"nonsense")
    assert len(example_library.listen(project.project_id)) == 3
    assert print_file.read_bytes() != b"nonsense"


def test_clips_that_are_not_there_are_refused(example_library: ClipLibrary, project) -> None:
    with pytest.raises(NotFoundError):
        example_library.listen(project.project_id, ["0" * 32])


def test_a_project_without_clips_and_one_with_a_single_clip(library: ClipLibrary, project) -> None:
    assert library.listen(project.project_id) == [] and speakers(library, project.project_id) == []
    library.add_files(project.project_id, [example(1)], transcripts=EXAMPLE_TEXTS)
    (only,) = library.listen(project.project_id)
    assert only.verdict.figures["speaker_similarity"] == 1.0
    assert only.verdict.figures["speaker_similarity"] > limits.SAME_SPEAKER_SIMILARITY


def test_what_another_process_changed_is_read_anew(library: ClipLibrary, example_library, project) -> None:
    beside = ClipLibrary(library.root.parent)
    (first, *_) = beside.clips(project.project_id)
    library.edit_clip(project.project_id, first.clip_id, text="Changed elsewhere.")
    assert beside.clips(project.project_id)[0].text == "Changed elsewhere."
    library.delete_clip(project.project_id, first.clip_id)
    assert len(beside.clips(project.project_id)) == 2
    with pytest.raises(NotFoundError):
        beside.clip(project.project_id, first.clip_id)


@pytest.mark.parametrize("said", ["On the fourth of March, the snow melted.", "On March fourth, the snow melted."])
@pytest.mark.parametrize("language", ["en-us", "en-gb"])
def test_a_date_that_the_recogniser_writes_in_figures_is_no_error(said: str, language: str) -> None:
    heard = said.replace("fourth", "4th")
    assert character_error_rate(said, heard, language) == 0
    assert character_error_rate(said, heard.replace("March", "May"), language) > 0.05

"""Speech corpora: their speakers, one of them into a project, bad trees, Stop, and little memory."""

import re
import shutil
import tracemalloc
from itertools import islice

import pytest
from small_corpora import BUILDERS, LENGTHS_S, NAMES, bare, common_voice, librispeech, ljspeech
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, joined

from tests.small_project import fake_engine
from voiceclone import limits
from voiceclone.audio.sound import decode, encode_flac
from voiceclone.corpora import CORPORA, adding, open_corpus
from voiceclone.corpora.casing import without_lone_quotes
from voiceclone.errors import Cancelled, InputError, NotFoundError, TextError

FIRST_S, SECOND_S = sum(map(LENGTHS_S.get, NAMES[:2])), sum(map(LENGTHS_S.get, NAMES[2:5]))
IDS = {
    "librispeech": ("19", "84"),
    "libritts": ("19", "84"),
    "vctk": ("p225", "p294"),
    "common-voice": ("a1" * 64, "b2" * 64),
}


@pytest.fixture
def engine(tmp_path):
    return fake_engine(tmp_path / "data")


@pytest.fixture
def project_id(engine):
    return engine.projects.create("Anna").project_id


@pytest.fixture
def no_recogniser(monkeypatch):
    """Whisper takes half a second a clip; most tests can do without."""
    monkeypatch.setattr(adding, "can_transcribe", lambda language: False)


# --- who speaks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(IDS))
def test_speakers_come_with_their_minutes(engine, tmp_path, kind):
    found = engine.projects.corpus_speakers(kind, BUILDERS[kind](tmp_path))
    first, second = IDS[kind]
    assert [speaker.speaker_id for speaker in found] == [second, first]  # the one with most first
    assert [speaker.clip_count for speaker in found] == [3, 2]
    assert [speaker.missing_count for speaker in found] == [0, 0]
    assert [speaker.duration_s for speaker in found] == pytest.approx([SECOND_S, FIRST_S], abs=0.2)
    assert all(speaker.note for speaker in found)


def test_a_corpus_of_one_speaker(engine, tmp_path):
    (speaker,) = engine.projects.corpus_speakers("ljspeech", ljspeech(tmp_path))
    assert (speaker.speaker_id, speaker.clip_count) == ("LJ", 5)
    assert speaker.duration_s == pytest.approx(FIRST_S + SECOND_S, abs=0.01)


def test_notes_and_accents(engine, tmp_path):
    american, english = engine.projects.corpus_speakers("vctk", BUILDERS["vctk"](tmp_path))
    assert (american.language, american.note) == ("en-us", "F, American")
    assert (english.language, english.note) == ("en-gb", "F, English")
    notes = {one.speaker_id: one.note for one in engine.projects.corpus_speakers("librispeech", librispeech(tmp_path))}
    assert notes == {"19": "F, Kara Shallenberg", "84": "F, Christie | Nowak"}


@pytest.mark.parametrize("kind", list(BUILDERS))
def test_the_folder_around_a_corpus_is_good_enough(tmp_path, kind):
    root = BUILDERS[kind](tmp_path)
    here = {one.name for one in open_corpus(kind, root).utterances()}
    around = {one.name for one in open_corpus(kind, root.parent).utterances()}
    assert len(here) == 5
    assert around == here


@pytest.mark.parametrize("inside", ["train-clean-100", "train-clean-100/84", "train-clean-100/84/198"])
def test_a_part_of_librispeech_is_good_enough(tmp_path, inside):
    corpus = open_corpus("librispeech", librispeech(tmp_path) / inside)
    assert [one.name for one in corpus.utterances("84")] == [f"84-198-000{number}.flac" for number in range(3)]


def test_common_voice_lengths_come_from_its_table_and_else_from_the_files(tmp_path):
    table = common_voice(tmp_path) / "clip_durations.tsv"
    table.write_text("clip\tduration[ms]\ncommon_voice_en_1.mp3\t4321\n", encoding="utf-8")
    corpus = open_corpus("common-voice", table.parent)
    assert [one.listed_s for one in corpus.utterances()] == [None, pytest.approx(4.321), None, None, None]


# --- into a project -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(IDS))
def test_one_speaker_becomes_clips_with_the_texts(engine, project_id, tmp_path, no_recogniser, kind):
    root = BUILDERS[kind](tmp_path)
    report = engine.projects.add_corpus(project_id, kind, root, speaker=IDS[kind][1][:20])
    assert report.rejected == ()
    assert len(engine.projects.clips(project_id)) == 3
    said = [re.sub(r"[^a-z ]", "", clip.text.lower()) for clip in report.added]
    assert said == [bare(EXAMPLE_TEXTS[name]).lower() for name in NAMES[2:5]]
    assert {clip.verdict.level for clip in report.added} == {"good"}
    assert {clip.language for clip in report.added} == {"en-us"}
    if kind != "librispeech":  # the others have capitals and punctuation themselves
        assert [clip.text for clip in report.added] == [EXAMPLE_TEXTS[name] for name in NAMES[2:5]]


def test_a_single_speaker_need_not_be_chosen(engine, project_id, tmp_path):
    report = engine.projects.add_corpus(project_id, "ljspeech", ljspeech(tmp_path), max_minutes=7 / 60)
    assert [clip.text for clip in report.added] == [EXAMPLE_TEXTS[name] for name in NAMES[:2]]


def test_capitals_and_punctuation_are_heard(engine, project_id, tmp_path):
    root = librispeech(tmp_path, {"7": 4})
    report = engine.projects.add_corpus(project_id, "librispeech", root)
    # What is called out sounds like what is said: “!” comes back as a full stop.
    assert [clip.text for clip in report.added] == [EXAMPLE_TEXTS[name].replace("!", ".") for name in NAMES[:4]]
    assert not any(clip.transcribed for clip in report.added)


def test_so_many_minutes_and_again_is_the_same(engine, project_id, tmp_path, no_recogniser):
    root = librispeech(tmp_path, {"7": 6})
    report = engine.projects.add_corpus(project_id, "librispeech", root, max_minutes=10 / 60)
    assert 5 < sum(clip.duration_s for clip in report.added) <= 10
    again = engine.projects.add_corpus(project_id, "librispeech", root, max_minutes=10 / 60)
    assert again.added == ()
    assert all("already" in rejected.reason for rejected in again.rejected)
    more = engine.projects.add_corpus(project_id, "librispeech", root)
    assert len(more.added) + len(report.added) == 6


def test_short_recordings_are_taken_before_long_ones(engine, project_id, tmp_path, no_recogniser):
    root = ljspeech(tmp_path)
    long = joined(*(decode(EXAMPLE_DIR / name) for name in NAMES[5:11]))
    assert long.duration_s > limits.MAX_CLIP_S
    encode_flac(long, root / "wavs" / "LJ000.flac")
    table = root / "metadata.csv"
    text = " ".join(EXAMPLE_TEXTS[name] for name in NAMES[5:11])
    table.write_text(f"LJ000|{text}\n" + table.read_text("utf-8"), encoding="utf-8")
    short = engine.projects.add_corpus(project_id, "ljspeech", root, max_minutes=20 / 60)
    assert {clip.source_name for clip in short.added} == {f"LJ001-000{number}.wav" for number in range(5)}
    whole = engine.projects.add_corpus(project_id, "ljspeech", root)
    assert {clip.source_name for clip in whole.added} == {"LJ000.flac"}
    assert len(whole.added) > 1
    assert all(clip.duration_s <= limits.MAX_CLIP_S for clip in whole.added)


def test_what_is_missing_is_said_and_the_rest_taken(engine, project_id, tmp_path, no_recogniser):
    root = librispeech(tmp_path)
    chapter = root / "train-clean-100" / "84" / "198"
    (chapter / "84-198-0000.flac").unlink()
    (chapter / "84-198-0001.flac").write_bytes(b"no sound")
    second, first = engine.projects.corpus_speakers("librispeech", root)
    assert {(one.speaker_id, one.clip_count, one.missing_count) for one in (first, second)} == {
        ("19", 2, 0),
        ("84", 1, 2),
    }
    report = engine.projects.add_corpus(project_id, "librispeech", root, speaker="84")
    assert [clip.source_name for clip in report.added] == ["84-198-0002.flac"]
    (rejected,) = report.rejected
    assert rejected.source_name == "84-198-0000.flac"
    assert rejected.reason.startswith("It and 1 other are listed, but")


def test_an_empty_file_is_named_and_lone_quotes_go(engine, project_id, tmp_path, no_recogniser):
    root = common_voice(tmp_path)
    table = root / "validated.tsv"
    first, second, third = (EXAMPLE_TEXTS[name] for name in NAMES[:3])
    content = table.read_text("utf-8").replace(first, f'"{first}').replace(second, f'"He asked ""{second}"""')
    table.write_text(content, encoding="utf-8")
    (root / "clips" / "common_voice_en_4.mp3").write_bytes(b"")
    report = engine.projects.add_corpus(project_id, "common-voice", root, speaker="a1" * 64)
    assert [clip.text for clip in report.added] == [first, f'He asked "{second}"']
    report = engine.projects.add_corpus(project_id, "common-voice", root, speaker="b2" * 64)
    assert third in [clip.text for clip in report.added]
    (rejected,) = report.rejected
    assert rejected.source_name == "common_voice_en_4.mp3" and "0 bytes" in rejected.reason


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ('"Would you like tea?', "Would you like tea?"),
        ('She "bought three oranges.', "She bought three oranges."),
        ('"Yes," he said, "and so.', "Yes, he said, and so."),
        ("“Well, I never thought it.", "Well, I never thought it."),
        ("And he went.”", "And he went."),
        ("« Ça va très bien.", "Ça va très bien."),
        ('"Yes," he said.', '"Yes," he said.'),
        ("“Yes”, he said.", "“Yes”, he said."),
        ("„Ja“, sagte er.", "„Ja“, sagte er."),
        ('A pipe of 5" is enough.', 'A pipe of 5" is enough.'),
        ('"He said ""no"" again."', 'He said "no" again.'),
    ],
)
def test_quotes_that_are_alone_are_left_out(text, right):
    assert without_lone_quotes(text) == right


def test_progress_only_grows_and_ends_at_one(engine, project_id, tmp_path, no_recogniser):
    shares = []
    root = librispeech(tmp_path, {"7": 4})
    engine.projects.add_corpus(project_id, "librispeech", root, on_progress=lambda share, words: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(set(shares)) > 6
    engine.projects.corpus_speakers("librispeech", root, lambda share, words: shares.append(share))
    assert shares[-1] == 1.0


def test_stop_keeps_what_was_added_and_again_goes_on(engine, project_id, tmp_path, no_recogniser):
    root = librispeech(tmp_path, {"7": 5})

    def should_stop():
        return len(engine.projects.clips(project_id)) == 2

    with pytest.raises(Cancelled, match="2 clips were added before"):
        engine.projects.add_corpus(project_id, "librispeech", root, should_stop=should_stop)
    assert len(engine.projects.clips(project_id)) == 2
    engine.projects.add_corpus(project_id, "librispeech", root)
    assert len(engine.projects.clips(project_id)) == 5
    with pytest.raises(Cancelled):
        engine.projects.corpus_speakers("librispeech", root, should_stop=lambda: True)


def test_nothing_is_left_beside_the_projects(engine, project_id, tmp_path, no_recogniser):
    engine.projects.add_corpus(project_id, "librispeech", librispeech(tmp_path), speaker="19")
    assert [path.name for path in (engine.data_dir / "projects").iterdir()] == [project_id]


# --- what can be wrong --------------------------------------------------------------------------


def _nothing(folder):
    folder.mkdir()
    return folder


def _packed(folder):
    folder.mkdir()
    (folder / "train-clean-100.tar.gz").write_bytes(b"x")
    return folder / "train-clean-100.tar.gz"


def _without_sound(folder):
    root = librispeech(folder)
    for path in root.rglob("*.flac"):
        path.unlink()
    return root


def _other_files(folder):
    folder.mkdir()
    (folder / "notes.txt").write_text("x")
    return folder


@pytest.mark.parametrize(
    ("kind", "build", "words"),
    [
        ("librispeech", _nothing, "is empty"),
        ("librispeech", lambda folder: folder / "none", "There is no folder"),
        ("librispeech", _packed, "unpack it"),
        ("librispeech", _other_files, "is not LibriSpeech, which has folders SPEAKER/CHAPTER"),
        ("ljspeech", librispeech, "looks like LibriSpeech. Use --librispeech instead"),
        ("librispeech", ljspeech, "looks like LJSpeech. Use --ljspeech instead"),
        ("libritts", librispeech, "Use --librispeech"),
        ("vctk", common_voice, "Use --common-voice"),
        ("common-voice", BUILDERS["vctk"], "Use --vctk"),
        ("librispeech", librispeech, "Several people speak.*speakers --librispeech .*--speaker ID"),
        ("librispeech", _without_sound, "Not one of the 5 recordings"),
    ],
)
def test_a_bad_tree_is_one_sentence_about_what_to_do(engine, project_id, tmp_path, kind, build, words):
    root = build(tmp_path / "corpus")
    with pytest.raises((InputError, NotFoundError), match=words) as raised:
        if build is _without_sound:
            engine.projects.corpus_speakers(kind, root)
        else:
            engine.projects.add_corpus(project_id, kind, root)
    assert "\n" not in str(raised.value)
    assert str(raised.value).endswith(".")
    assert engine.projects.clips(project_id) == []


def test_wrong_choices(engine, project_id, tmp_path):
    root = librispeech(tmp_path)
    with pytest.raises(InputError, match="no corpus called “mls”"):
        engine.projects.corpus_speakers("mls", root)
    with pytest.raises(NotFoundError, match="no speaker “8”"):  # short ids have to be whole
        engine.projects.add_corpus(project_id, "librispeech", root, speaker="8")
    for minutes in (0, -1, float("nan"), 10**6):
        with pytest.raises(InputError, match="minutes"):
            engine.projects.add_corpus(project_id, "librispeech", root, speaker="84", max_minutes=minutes)
    with pytest.raises(InputError, match="longer than 1 s"):
        engine.projects.add_corpus(project_id, "librispeech", root, speaker="84", max_minutes=1 / 60)
    with pytest.raises(TextError, match="does not know the language “xx”"):
        engine.projects.add_corpus(project_id, "librispeech", root, speaker="84", language="xx")
    shutil.rmtree(root / "train-clean-100" / "84" / "198")
    (root / "train-clean-100" / "84" / "198").mkdir()
    shutil.copy(
        root / "train-clean-100" / "19" / "198" / "19-198.trans.txt",
        root / "train-clean-100" / "84" / "198" / "84-198.trans.txt",
    )
    with pytest.raises(NotFoundError, match="“84” has no recordings"):
        engine.projects.add_corpus(project_id, "librispeech", root, speaker="84")


def test_two_long_ids_that_begin_alike(engine, project_id, tmp_path):
    root = common_voice(tmp_path)
    table = root / "validated.tsv"
    table.write_text(table.read_text("utf-8").replace("b2" * 64, "a1" * 32 + "b2" * 32), encoding="utf-8")
    with pytest.raises(InputError, match="2 speakers begin with"):
        engine.projects.add_corpus(project_id, "common-voice", root, speaker="a1" * 8)


def test_a_name_in_a_table_cannot_lead_out_of_the_corpus(tmp_path):
    root = common_voice(tmp_path)
    table = root / "validated.tsv"
    table.write_text(table.read_text("utf-8").replace("common_voice_en_0.mp3", "../../x.mp3"), encoding="utf-8")
    lj = ljspeech(tmp_path)
    (lj / "metadata.csv").write_text("../../secret|Words.\nLJ001-0000|Words.\n", encoding="utf-8")
    speech = tmp_path / "LibriSpeech" / "1" / "2"
    speech.mkdir(parents=True)
    (speech / "1-2.trans.txt").write_text("../../../x SECRET\n1-2-0000 WORDS\n", encoding="utf-8")
    for kind, folder, count in (("common-voice", root, 4), ("ljspeech", lj, 1), ("librispeech", speech, 1)):
        found = list(open_corpus(kind, folder).utterances())
        assert len(found) == count
        assert all(one.path.resolve().is_relative_to(folder) for one in found)


# --- memory -------------------------------------------------------------------------------------


def test_a_large_tree_does_not_fill_memory(tmp_path):
    """5,000 recordings held as values would take 3 MB; one after another they take a chapter's text."""
    for speaker in range(10):
        for chapter in range(5):
            place = tmp_path / str(speaker) / str(chapter)
            place.mkdir(parents=True)
            lines = [f"{speaker}-{chapter}-{number:04d} {'WORDS OF A SENTENCE ' * 10}" for number in range(100)]
            (place / f"{speaker}-{chapter}.trans.txt").write_text("\n".join(lines), encoding="utf-8")
    corpus = open_corpus("librispeech", tmp_path)
    utterances = corpus.utterances()
    # Python's table of interned names, which pathlib adds to, grows at any moment, by megabytes in a long process.
    without_names = [tracemalloc.Filter(False, "*pathlib*")]
    tracemalloc.start()
    count = sum(1 for _ in islice(utterances, 4999))
    held = tracemalloc.take_snapshot().filter_traces(without_names)
    tracemalloc.stop()
    assert count + len(list(utterances)) == 5000
    assert sum(trace.size for trace in held.traces) < 500_000


def test_every_kind_has_an_option_and_a_builder():
    from voiceclone.cli.corpora import _OPTIONS

    assert [kind for kind, _, _ in _OPTIONS] == list(CORPORA) == [*BUILDERS, "hub-dataset"]

"""A dataset of the model hub as a corpus: asked for by name, streamed, wrong ones said in a sentence."""

import sys

import pytest
from small_corpora import LENGTHS_S, NAMES
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from tests.small_project import fake_engine
from voiceclone.corpora import open_corpus
from voiceclone.errors import InputError, NotFoundError


@pytest.fixture
def engine(tmp_path):
    return fake_engine(tmp_path / "data")


@pytest.fixture
def project_id(engine):
    return engine.projects.create("Anna").project_id


def test_the_optional_package_is_asked_for_in_one_sentence(engine, project_id, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(InputError, match=r"pip install datasets==\d") as raised:
        engine.projects.add_corpus(project_id, "hub-dataset", "openslr/librispeech_asr:clean:train.100")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["", "two words", "a/b/c", "a/b:c:d:e", "../x"])
def test_a_dataset_needs_a_name(engine, name):
    with pytest.raises(InputError, match="is not a dataset's name"):
        engine.projects.corpus_speakers("hub-dataset", name)


def test_the_language_of_a_dataset_comes_from_its_config():
    pytest.importorskip("datasets", reason="an extra")
    names = {"a/b": "en-us", "a/b:fr:train": "fr", "a/b:portuguese": "pt", "a/b:it_it": "it", "a/b:clean": "en-us"}
    assert {name: open_corpus("hub-dataset", name).language for name in names} == names


@pytest.fixture
def dataset(tmp_path):
    """A folder laid out like a dataset's repository: Parquet with FLAC inside, two speakers in turn."""
    datasets = pytest.importorskip("datasets", reason="an extra")
    import pyarrow
    from pyarrow import parquet

    columns = {"audio": datasets.Audio(), "text": datasets.Value("string"), "speaker_id": datasets.Value("int64")}
    rows = [
        {
            "audio": {"bytes": (EXAMPLE_DIR / name).read_bytes(), "path": f"x/{name}"},
            "text": EXAMPLE_TEXTS[name],
            "speaker_id": 10 + number % 2,
        }
        for number, name in enumerate(NAMES[:4])
    ]
    (tmp_path / "joe" / "data").mkdir(parents=True)
    file = tmp_path / "joe" / "data" / "train-00000-of-00001.parquet"
    # Written by pyarrow: datasets asks torchcodec for it, whose libraries may not fit a torch without CUDA.
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema=datasets.Features(columns).arrow_schema), file)
    return tmp_path / "joe"


def test_a_dataset_has_speakers_and_gives_clips(engine, project_id, dataset):
    found = {one.speaker_id: one for one in engine.projects.corpus_speakers("hub-dataset", str(dataset))}
    assert {speaker_id: one.clip_count for speaker_id, one in found.items()} == {"10": 2, "11": 2}
    assert found["11"].duration_s == pytest.approx(LENGTHS_S[NAMES[1]] + LENGTHS_S[NAMES[3]], abs=0.01)
    report = engine.projects.add_corpus(project_id, "hub-dataset", str(dataset), speaker="11")
    assert [(clip.source_name, clip.text) for clip in report.added] == [
        (f"000001_{NAMES[1]}", EXAMPLE_TEXTS[NAMES[1]]),
        (f"000003_{NAMES[3]}", EXAMPLE_TEXTS[NAMES[3]]),
    ]
    assert report.rejected == ()
    assert [path.name for path in (engine.data_dir / "projects").iterdir()] == [project_id]
    with pytest.raises(InputError, match=r"the dataset.*speakers --hub-dataset"):
        engine.projects.add_corpus(project_id, "hub-dataset", str(dataset))


def test_a_dataset_is_read_no_further_than_needed(dataset):
    seen = []
    corpus = open_corpus("hub-dataset", str(dataset))
    for utterance in corpus.utterances():
        seen.append(utterance.name)
        if len(seen) == 2:
            break
    assert len(seen) == 2
    assert list(corpus.speaker_ids()) == ["10", "11"]


def test_datasets_without_sound_or_that_are_not_there_are_one_sentence(engine, tmp_path, monkeypatch):
    datasets = pytest.importorskip("datasets", reason="an extra")
    (tmp_path / "table").mkdir()
    (tmp_path / "table" / "numbers.csv").write_text("a,b\n1,2\n")
    (tmp_path / "hollow").mkdir()
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    for name, words in (
        (tmp_path / "table", "no recordings"),
        (tmp_path / "hollow", "cannot be read"),
        ("a/b", "cannot be read"),
    ):
        with pytest.raises(NotFoundError, match=words) as raised:
            engine.projects.corpus_speakers("hub-dataset", str(name))
        assert "\n" not in str(raised.value)
        assert str(raised.value).endswith(".")

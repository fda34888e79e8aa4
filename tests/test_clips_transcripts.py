"""Tables of texts in the shapes people have them, and laying a long text onto slices."""

from pathlib import Path

import pytest

from voiceclone.clips.intake.text_alignment import align_text
from voiceclone.clips.transcripts.reader import TextsByFile, read_transcripts, sidecar_text
from voiceclone.errors import TextError


@pytest.mark.parametrize(
    "content",
    [
        "a.wav|Hello, you.\nb.wav|It's “fine”.\n",
        "file|text\na.wav|Hello, you.\nb.wav|It's “fine”.",
        "text\tfile\nHello, you.\ta.wav\r\nIt's “fine”.\tb.wav\r\n",
        'file,text\na.wav,"Hello, you."\nb.wav,It\'s “fine”.\n',
        "a.wav,Hello, you.\nb.wav,It's “fine”.\n",
        'a.wav;"Hello, you."\n\nb.wav;It\'s “fine”.\n',
        "a.wav|Hello, you.|Hello, you.\nb.wav|It's “fine”.|\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_reads_common_tables(tmp_path: Path, content: str, encoding: str) -> None:
    (tmp_path / "t.csv").write_bytes(content.encode(encoding))
    assert read_transcripts(tmp_path / "t.csv") == {"a.wav": "Hello, you.", "b.wav": "It's “fine”."}


def test_ljspeech_takes_the_written_out_text(tmp_path: Path) -> None:
    line = 'LJ001-0007|the book, 1455, "the Bible"|the book, fourteen fifty-five, "the Bible"\n'
    (tmp_path / "metadata.csv").write_text(line, encoding="utf-8")
    texts = read_transcripts(tmp_path / "metadata.csv")
    assert texts == {"LJ001-0007": 'the book, fourteen fifty-five, "the Bible"'}


def test_latin_1(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("a.wav|Mañana será otro día.".encode("latin-1"))
    assert read_transcripts(tmp_path / "t.csv") == {"a.wav": "Mañana será otro día."}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n  \n", "empty"),
        (b"just words\n", "no columns"),
        (b"a.wav|Hello\nb.wav\n", "Line 2"),
        (b"a.wav|Hello\n|Bye\n", "Line 2"),
        (b"a.wav|Hello\na.wav|Bye\n", "two texts"),
        (b"RIFF\x00\x00\x00\x00WAVE", "not a text file"),
    ],
)
def test_bad_tables_are_told_in_a_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(TextError, match=words):
        read_transcripts(tmp_path / "t.csv")
    with pytest.raises(TextError, match="no file"):
        read_transcripts(tmp_path / "missing.csv")


def test_names_match_with_and_without_folders_and_endings() -> None:
    texts = TextsByFile({"LJ001-0001": "one", "sub/b.wav": "two", "other/b.wav": "three", "C.WAV": "four", "v1.2": "5"})
    assert texts.find(Path("/x/wavs/LJ001-0001.flac")) == "one"
    assert texts.find(Path("/x/sub/b.wav")) == "two"
    assert texts.find(Path("/x/other/b.mp3")) == "three"
    assert texts.find(Path("c.wav")) == "four"
    assert texts.find(Path("v1.2.wav")) == "5"
    assert texts.find(Path("v1.wav")) is None


def test_text_beside_a_recording(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hello\nyou.\n", encoding="utf-8")
    assert sidecar_text(tmp_path / "a.wav") == "Hello you."
    assert sidecar_text(tmp_path / "b.wav") is None


def test_text_is_laid_onto_slices_by_its_words() -> None:
    given = "Good morning, Dr. Smith. The ship — HMS Beagle — left at 10 o'clock! Nobody waved."
    recognised = ["Good morning Dr Smith.", "The ship, HMS Beegle, left at ten o'clock.", "Nobody waived."]
    assert align_text(given, recognised) == [
        "Good morning, Dr. Smith.",
        "The ship — HMS Beagle — left at 10 o'clock!",
        "Nobody waved.",  # one word of two was misheard; by its letters it is the same sentence
    ]


def test_slices_without_given_words_stay_as_recognised() -> None:
    assert align_text("Nobody waved.", ["Something else entirely here.", "Nobody waved."]) == [
        None,
        "Nobody waved.",
    ]
    assert align_text("", ["Hello."]) == [None]
    assert align_text("Completely different words.", ["Hello there."]) == [None]

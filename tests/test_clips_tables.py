"""Tables of texts as programs and spreadsheets write them: encodings, columns, quotes, line breaks."""

import csv
import io
from pathlib import Path

import pytest
from sounds import EXAMPLE_TEXTS

from voiceclone.clips.transcripts.reader import read_transcripts
from voiceclone.errors import TextError, UnclearTableError

TEXTS = list(EXAMPLE_TEXTS.values())[:6]
NAMES = [f"{number:03}.wav" for number in range(1, 7)]
RIGHT = dict(zip(NAMES, TEXTS, strict=True))
MARKED = [
    mark.format(text)
    for mark, text in zip(("“{}”", "{}…", "‘{}’", "– {}", "{} — really", "Well… it’s {}"), TEXTS, strict=True)
]
PHONEMES = "ðə kwˈaɪət mˈɔːɹnɪŋ", "wˈʊd juː lˈaɪk", "aɪ nˈɛvɚ θˈɔːt", "ʃiː bˈɔːt θɹˈiː", "maɪ fˈɑːðɚ", "ðə bˈɔɪ ɪnʤˈɔɪd"


@pytest.fixture
def read(tmp_path: Path):
    """Write a table and read it."""

    def write_and_read(content: str | bytes, text_column: str | None = None) -> dict[str, str]:
        path = tmp_path / "t.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_transcripts(path, text_column)

    return write_and_read


def rows(pattern: str, texts: list[str] = TEXTS) -> str:
    return "".join(
        pattern.format(name=name, stem=name[:-4], text=text, number=number, length=3.2 + number)
        for number, (name, text) in enumerate(zip(NAMES, texts, strict=True))
    )


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_every_usual_encoding_gives_the_same_texts(read, encoding: str, line_end: str) -> None:
    content = rows("{name}|{text}\n", MARKED).replace("\n", line_end)
    assert read(content.encode(encoding)) == dict(zip(NAMES, MARKED, strict=True))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "L’été à la plage, où ça ? « Très bien » !"),
        ("cp1252", "¿Qué te pasó mañana? ¡Así será!"),
        ("cp1252", "Perché è così caldo? La città è là."),
        ("cp1252", "Não há pão. A estação de São João."),
        ("mac_roman", "Noël à l’hôtel, déjà prêt."),
        ("cp850", "Você já comeu maçã?"),
        ("utf-16-le", "सुबह की शांत रोशनी रसोई की मेज़ पर पड़ी।"),
    ],
)
def test_one_short_line_of_our_languages_is_enough(read, encoding: str, text: str) -> None:
    assert read(f"a.wav|{text}\r\n".encode(encoding)) == {"a.wav": text}


def test_signs_that_python_takes_for_line_ends_are_none(read) -> None:
    assert read("a.wav|One\x85two\u2028three.\nb.wav|Four.\x0cfive.\n") == {
        "a.wav": "One two three.",
        "b.wav": "Four. five.",
    }


@pytest.mark.parametrize(
    "pattern",
    [
        "{name}|{text}|{length:.2f}\n",  # Mimic Recording Studio
        "{name}|{text}|0\n",  # StyleTTS 2
        "wavs/{name}|anna|{text}\n",  # Piper, several speakers
        "{stem}||{text}\n",  # coqui
        "D:\\voice\\wavs\\{name}|anna|EN|{text}\n",  # GPT-SoVITS
        "D:\\voice\\wavs\\{name}||en|{text}\n",
        "{name}|{text}|{text}|anna|en-us\n",
        "{number}\tanna smith\t{name}\t{length:.1f} s\t{text}\n",
        "{text}|{name}|happy\n",
        "{name};anna;0:0{number};{text};;\n",
        "{name},EN,{text},{length:.2f}\n",
    ],
)
def test_the_words_are_found_among_other_columns(read, pattern: str) -> None:
    found = read(rows(pattern))
    assert [(Path(name.replace("\\", "/")).stem, text) for name, text in found.items()] == [
        (name[:-4], text) for name, text in RIGHT.items()
    ]


@pytest.mark.parametrize(
    "content",
    [
        "audio_file|text|speaker_name\n" + rows("{name}|{text}|coqui\n"),  # XTTS
        "Datei;Sprecher;Satz\n" + rows("{name};anna;{text}\n"),
        "take;who;what was said\n" + rows("{name};anna;{text}\n"),  # headings nobody knows
        "speaker,file,text\n" + rows("anna,{name},{text}\n"),
        "file,text,notes\n" + rows("{name},{text},ok\n"),
    ],
)
def test_headings_are_understood(read, content: str) -> None:
    assert read(content) == RIGHT


@pytest.mark.parametrize(
    "content",
    [
        rows("{name}|{length:.2f}\n"),
        rows("{name}|anna\n"),
        rows("{name}|Anna Smith|EN\n"),
        rows("{name}|{text}|Ein anderer Satz Nummer {number} steht hier, und er ist lang genug.\n"),
        "".join(f"{name}|{text}|anna\n" for name, text in zip(NAMES, PHONEMES, strict=True)),
        "a.wav|anna|happy\nb.wav|anna|sad\n",
    ],
)
def test_what_cannot_be_decided_is_asked(read, content: str) -> None:
    with pytest.raises(UnclearTableError, match=r"“t.csv”.*first line that names the columns.*--text-column"):
        read(content)


def test_a_person_may_name_the_column(read) -> None:
    content = rows("{name}|{text}|Ein anderer Satz Nummer {number} steht hier.\n")
    assert read(content, "2") == RIGHT
    assert read("file|english|deutsch\n" + content, "English") == RIGHT
    assert read("file|english|deutsch\n" + content, "3")["001.wav"] == "Ein anderer Satz Nummer 0 steht hier."
    for wrong in ("4", "0", "words"):
        with pytest.raises(TextError, match=f"no column “{wrong}”"):
            read(content, wrong)


def written(delimiter: str, quoting: int, texts: list[str], *more: str) -> str:
    file = io.StringIO(newline="")
    table = csv.writer(file, delimiter=delimiter, quoting=quoting)
    table.writerows([name, text, *more] for name, text in zip(NAMES, texts, strict=True))
    return file.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_line_breaks_and_quotes_of_a_spreadsheet(read, delimiter: str) -> None:
    broken = [text.replace(" ", "\n", 2) for text in TEXTS]
    heading = delimiter.join(("file", "text", "notes")) + "\r\n"
    assert read(heading + written(delimiter, csv.QUOTE_MINIMAL, broken, "ok")) == RIGHT
    quoted = [f'He said "{text}"' for text in TEXTS]
    content = written(delimiter, csv.QUOTE_ALL, quoted).encode("cp1252")
    assert read(content) == dict(zip(NAMES, quoted, strict=True))


@pytest.mark.parametrize(
    "pattern", ["{name},{text}\n\n", "{stem},{text}\n", "{name}|{text}\n", "{name}\t{text}\n", "{stem};{text}\n"]
)
def test_marks_within_texts_divide_nothing(read, pattern: str) -> None:
    for mark in ("; ", ", ", ";"):
        texts = [text.replace(" ", mark, 1) for text in TEXTS]
        assert list(read(rows(pattern, texts)).values()) == texts
    clauses = [f"In week {number}, then, {text}" for number, text in enumerate(TEXTS)]
    assert list(read(rows(pattern, clauses) + "\x1a").values()) == clauses
    numbers = [f"{text[:-1]}, for 1,000 pounds." for text in TEXTS]
    assert list(read(rows(pattern, numbers)).values()) == numbers


def test_quotes_of_the_text_stay_and_take_no_rows_in(read) -> None:
    content = 'a.wav|"Yes," he said.\nb.wav|"And so it\nc.wav|goes on."\nd.wav|He said "no".\n'
    assert read(content) == {
        "a.wav": '"Yes," he said.',
        "b.wav": '"And so it',
        "c.wav": 'goes on."',
        "d.wav": 'He said "no".',
    }
    assert read(content.replace("|", ",")) == read(content)

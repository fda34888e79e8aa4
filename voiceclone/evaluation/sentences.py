"""Scores of a finished voice against recordings it never learnt from, beside the untouched stock voice."""

import logging
from collections.abc import Callable, Sequence

from voiceclone.audio.sound import Audio

_LOG = logging.getLogger(__name__)

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
"""Two unseen sentences per language that every finished voice says, written for this project."""


def test_sentences(language: str) -> tuple[str, ...]:
    """Return the sentences that judge a voice of that language."""
    return TEST_SENTENCES.get(language.split("-")[0], TEST_SENTENCES["en"])


def score(
    speak: Callable[[str], Audio], speak_stock: Callable[[str], Audio], language: str, real: Sequence[Audio]
) -> dict[str, float]:
    """Judge a voice; what cannot be judged here is left out.

    Args:
        speak: says a sentence in the new voice.
        speak_stock: says it in the stock voice that learning began from.
        language: of the sentences.
        real: held-out recordings of the speaker; empty when there were too few to hold one out.

    Returns:
        `similarity` and `similarity_stock` (cosine, -1..1), `pitch_off_semitones` and `pitch_off_semitones_stock`
        (median pitch above that of the recordings), `naturalness` (DNSMOS, 1..5), and in English `words_right`
        (share, 0..1).
    """
    sentences = test_sentences(language)
    spoken = [speak(sentence) for sentence in sentences]
    scores: dict[str, float] = {}
    try:
        from voiceclone.evaluation import dnsmos, pitch, speaker_similarity, wer

        scores["naturalness"] = sum(map(dnsmos.dnsmos_overall, spoken)) / len(spoken)
        if real:
            person = speaker_similarity.mean_embedding(real)
            stock = [speak_stock(sentence) for sentence in sentences]
            person_hz = pitch.median_hz(pitch.enough_of(real))
            for ending, sounds in (("", spoken), ("_stock", stock)):
                cosines = [speaker_similarity.cosine(speaker_similarity.embed(sound), person) for sound in sounds]
                scores[f"similarity{ending}"] = sum(cosines) / len(cosines)
                off = pitch.off_semitones(sounds, person_hz)
                if off is not None:
                    scores[f"pitch_off_semitones{ending}"] = off
        if language.startswith("en"):
            scores["words_right"] = max(0.0, 1.0 - wer.word_error_rate(sentences, spoken))
    except ImportError as error:
        # A judge's package may be missing (webrtcvad, speechmos, faster-whisper): a voice is whole without judges.
        _LOG.warning("The voice was not judged completely: %s", error)
    return {name: round(value, 4) for name, value in scores.items()}

"""Sum up a comparison in a sentence that claims no more than its figures and their spread support.

Voices are compared sentence by sentence, because each spoke the same ones. A mean difference counts only if its
confidence interval (Student's t over the sentences, 99 % because several pairs are tested) excludes zero, and if it
is large enough to matter. The scatter between training runs is not included, so the sentence is only about these
voices. Speaker similarity is hardly sensitive to pitch: a voice whose pitch is off by more than chance is pointed out
and does not prove that training helps.
"""

from collections.abc import Sequence
from statistics import fmean

from voiceclone.compare.model import Way, interval
from voiceclone.evaluation import pitch
from voiceclone.wording import count

CONFIDENCE = 0.99
MIN_SENTENCES = 4
"""Fewer say nothing about the spread."""
MIN_SIMILARITY = 0.01
MIN_WORDS = 0.02
"""Two words in a hundred."""
MIN_NATURALNESS = 0.1
"""On DNSMOS's scale of 1..5."""


def clear_difference(first: Sequence[float], second: Sequence[float], least: float) -> int:
    """Return 1 if `first` is clearly higher than `second`, -1 if clearly lower, 0 if undecided.

    Args:
        first: one value per sentence.
        second: the same sentences in another voice.
        least: smaller mean differences do not count.
    """
    if len(first) != len(second) or len(first) < MIN_SENTENCES:
        return 0
    differences = [one - other for one, other in zip(first, second, strict=True)]
    mean = fmean(differences)
    width = interval(differences, CONFIDENCE)
    if width is None or abs(mean) < least or abs(mean) <= width:
        return 0
    return 1 if mean > 0 else -1


def verdict(ways: Sequence[Way]) -> str:
    """Return the verdict on ways sorted by effort, least first, with a sentence about wrong pitch if there is any."""
    return " ".join(filter(None, (_compared(ways), _about_pitch(ways))))


def _compared(ways: Sequence[Way]) -> str:
    judged = [way for way in ways if way.figures.similarities]
    if len(judged) < len(ways) or len(ways) < 2:
        return "Similarity could not be measured for every voice, so listen to them and trust your ears."
    best = max(judged, key=lambda way: way.figures.similarity)
    beaten = [way for way in judged if way is not best and _more_alike(best, way)]
    tied = [way for way in judged if way is not best and way not in beaten]
    return f"{_about_similarity(judged, best, beaten, tied)}{_about_the_rest(best, ways[0])}."


def _more_alike(first: Way, second: Way) -> bool:
    return clear_difference(first.figures.similarities, second.figures.similarities, MIN_SIMILARITY) > 0


def _about_similarity(ways: Sequence[Way], best: Way, beaten: Sequence[Way], tied: Sequence[Way]) -> str:
    sentences = len(best.figures.similarities)
    if not beaten:
        least = ways[0]
        saving = f"; {least.title} is the least effort" if least is not best else ""
        over = count(sentences, "sentence")
        return f"No difference in similarity can be told over {over} between {_listed(ways)}{saving}"
    sentence = (
        f"{_opening(ways, best, beaten)}over {count(sentences, 'sentence')} the {_voice(best)} is more like recordings "
        f"it never heard ({_similarity(best)}) than {_listed(beaten)}"
    )
    if tied:
        sentence += f", and cannot be told apart from {_listed(tied)}"
    return sentence


def _opening(ways: Sequence[Way], best: Way, beaten: Sequence[Way]) -> str:
    names = {way.policy for way in beaten}
    if pitch.is_far(best.figures.pitch_off_semitones):
        return "Similarity alone decides nothing here: "
    if best.policy == "instant":
        return "Training does not help here: "
    if "instant" in names:
        return "Training helps: "
    if any(way.policy == "instant" for way in ways):
        return "Whether training helps cannot be told, but how it is done matters: "
    return "What is trained matters: "


def _about_the_rest(best: Way, least: Way) -> str:
    """Return what is clearly better or worse than with the least effort, apart from speaker similarity."""
    if best is least:
        return ""
    told = []
    errors, counts = best.figures.word_errors, best.figures.word_counts
    if counts and counts == least.figures.word_counts:
        # The share of correct words in each sentence, so that long and short sentences count alike.
        rates = [
            [1 - wrong / max(1, count) for wrong, count in zip(each, counts, strict=True)]
            for each in (errors, least.figures.word_errors)
        ]
        told.append(
            (
                clear_difference(rates[0], rates[1], MIN_WORDS),
                "words right",
                f"{best.figures.words_right:.0%} against {least.figures.words_right:.0%}",
            )
        )
    if best.figures.naturalnesses and least.figures.naturalnesses:
        told.append(
            (
                clear_difference(best.figures.naturalnesses, least.figures.naturalnesses, MIN_NATURALNESS),
                "naturalness",
                f"{best.figures.naturalness:.2f} against {least.figures.naturalness:.2f}",
            )
        )
    clear = [f"{'more' if sign > 0 else 'less'} {what} ({numbers})" for sign, what, numbers in told if sign]
    if clear:
        return f"; than {least.title} it has {' and '.join(clear)}"
    return "; no difference in words or naturalness can be told" if told else ""


def _about_pitch(ways: Sequence[Way]) -> str:
    wrong = [way for way in ways if pitch.is_far(way.figures.pitch_off_semitones)]
    likeliest = max(ways, key=lambda way: way.figures.similarity or 0.0, default=None)
    told = [f"the {_voice(way)} speaks {pitch.in_words(way.figures.pitch_off_semitones or 0.0)}" for way in wrong]
    if not told:
        return ""
    sentence = " and ".join(told)
    advice = ", which similarity hardly hears: listen before you choose" if likeliest in wrong else ""
    return f"{sentence[0].upper()}{sentence[1:]}{advice}."


def _voice(way: Way) -> str:
    return f"{way.title} voice"


def _similarity(way: Way) -> str:
    return f"{way.figures.similarity:.2f}"


def _listed(ways: Sequence[Way]) -> str:
    """Return `instant (0.61) and transfer (0.68)`."""
    names = [f"{way.title} ({_similarity(way)})" for way in ways]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

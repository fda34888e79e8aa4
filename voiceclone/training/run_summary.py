"""Summary of a run from its candidates' figures: one plain sentence, and whether to stop early."""

from collections.abc import Mapping

from voiceclone.evaluation import pitch
from voiceclone.training.candidates import SIMILARITY_NOISE, Candidate, Candidates, worth
from voiceclone.training.levelling import levelled_off
from voiceclone.wording import count

LEVEL_GAIN = 0.005
"""Smaller gains in speaker similarity mean a plateau; half of what counts as a difference."""
LEVEL_CANDIDATES = 4
"""Consecutive candidates without gain that end a run: at least a third of it (`candidate_schedule.MAX_CANDIDATES`)."""
MIN_CANDIDATES_TO_END = 6
"""On two cores a run of five minutes has two to four candidates, depending on what one costs
(`candidate_schedule.py`), so it is not ended for lack of gain."""
BROKEN_CANDIDATES = 2
BROKEN_WORDS = 0.25
"""Additional share of wrong words over the best candidate, twice in a row; too many to be chance."""
NOT_CLOSER = 0.02
"""With less similarity gained over the untouched base, training did not help. Twice the noise of two figures."""

LEVEL, WORDS = "level", "words"
_UNTRAINED = {"similarity_stock": "the voice it began with", "similarity_instant": "your voice without training"}


def reason_to_end(found: Candidates, open_ended: bool = False) -> str:
    """Return why a run should stop now: `LEVEL`, `WORDS`, or empty; an open-ended one levels off as in `levelling`."""
    made = found.made
    words = [one.judged.words_right for one in made if one.judged.words_right is not None]
    if len(words) > BROKEN_CANDIDATES and max(words[-BROKEN_CANDIDATES:]) < max(words) - BROKEN_WORDS:
        return WORDS
    if open_ended:
        level = levelled_off([worth(one.judged) for one in made], [one.held_out_loss for one in made])
        return LEVEL if level else ""
    worths = [value for one in made if (value := worth(one.judged)) is not None]
    if len(worths) >= MIN_CANDIDATES_TO_END:
        before, lately = worths[:-LEVEL_CANDIDATES], worths[-LEVEL_CANDIDATES:]
        if max(lately) - max(before) < LEVEL_GAIN:
            return LEVEL
    return ""


def how_it_goes(found: Candidates, running: bool) -> str:
    """Return one sentence on how learning goes, or went; nothing before the first candidate."""
    chosen = found.best()
    if chosen is None:
        return ""
    if not running:
        return _how_it_went(found)
    last = found.made[-1]
    if found.levelled_step is not None:
        return (
            "Your voice no longer gets better, so what was learnt settles in smaller and smaller steps; then it ends."
        )
    if chosen.step != last.step:
        return f"{_why_not(last, chosen, found)}: I will keep the voice from step {chosen.step}, unless it recovers."
    return _how_the_last_one_is(last, found) + _wrong_pitch(last)


def _how_the_last_one_is(last: Candidate, found: Candidates) -> str:
    if last.judged.similarity is None:
        return "Learning. No recording was left over to compare with, so listen for yourself."
    if len(found.made) == 1:
        return _first(last, found)
    before = max((one.judged.similarity or 0.0) for one in found.made[:-1])
    gain = last.judged.similarity - before
    if gain >= LEVEL_GAIN:
        return f"Learning well: similarity rose from {before:.2f} to {last.judged.similarity:.2f}."
    if gain <= -SIMILARITY_NOISE:  # and it is the best all the same
        return f"Its pitch comes nearer to yours: similarity {last.judged.similarity:.2f}."
    return f"Levelling off: similarity stays at {last.judged.similarity:.2f}."


def did_it_help(scores: Mapping[str, float]) -> str:
    """Return one sentence comparing a trained voice with untrained ones; empty without figures.

    Args:
        scores: from its voice file: `similarity`, `similarity_stock`, `similarity_instant`, and `pitch_off_semitones`
            beside each of them.
    """
    others = [(_worth(scores, key), name) for key, name in _UNTRAINED.items() if key in scores]
    if "similarity" not in scores or not others:
        return ""
    best, name = max(others)
    own = _worth(scores, "similarity")
    if own - best >= NOT_CLOSER:
        return f"Training helped: it is closer to you than {name}."
    if own - best > -NOT_CLOSER:
        return f"Training did not help: {name} is as close to you. Record more speech, then train again."
    return f"Training did not help: {name} is closer to you. Use that one, or record more speech and train again."


def _worth(scores: Mapping[str, float], key: str) -> float:
    return pitch.weighed(scores[key], scores.get(key.replace("similarity", "pitch_off_semitones")))


def _first(last: Candidate, found: Candidates) -> str:
    similarity = last.judged.similarity or 0.0
    began = None if found.start is None else found.start.judged.similarity
    if began is None:
        return f"Learning: similarity {similarity:.2f} of 1 so far."
    if similarity - began >= NOT_CLOSER:
        return f"Learning well: similarity rose from {max(0.0, began):.2f} to {similarity:.2f}."
    return f"Not closer to you yet: similarity {similarity:.2f}, it began with {max(0.0, began):.2f}."


def _why_not(last: Candidate, chosen: Candidate, found: Candidates) -> str:
    wrong = found.faults(last)
    if "pitch" in wrong:
        return f"It speaks {pitch.in_words(last.judged.pitch_off_semitones or 0.0)}"
    if "words" in wrong:
        return "Words begin to break"
    if "tone" in wrong:
        return "A steady tone can be heard"
    if "sound" in wrong:
        return "The sound gets rougher"
    fallen = (chosen.judged.similarity or 0.0) - (last.judged.similarity or 0.0)
    return "Starting to memorise" if fallen > SIMILARITY_NOISE else "No better"


def _how_it_went(found: Candidates) -> str:
    if found.kept_step is None:
        return ""
    kept = found.at(found.kept_step)
    if found.kept_by == "person":
        return f"You chose the voice from step {kept.step}."
    early = {
        LEVEL: "It ended early, because similarity did not rise any more. "
        if found.levelled_step is None
        else f"It levelled off after {count(found.levelled_step, 'step')} and ended. ",
        WORDS: "It ended early, because words began to break. ",
    }.get(found.ended_early, "")
    if len(found.made) == 1:
        return (early + _wrong_pitch(kept)).strip()
    best = f"{early}The voice from step {kept.step} is the best of {len(found.made)}, so it was kept."
    return best + _wrong_pitch(kept)


def _wrong_pitch(candidate: Candidate) -> str:
    """Return a sentence to append when the pitch is wrong beyond chance."""
    off = candidate.judged.pitch_off_semitones
    return f" But it speaks {pitch.in_words(off)}." if off is not None and pitch.is_far(off) else ""

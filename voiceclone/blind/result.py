"""What the answers of a blind test prove: a share, its interval, and a careful sentence."""

from dataclasses import dataclass

from voiceclone.blind.model import FIRST, RECORDING, BlindTest
from voiceclone.errors import InputError
from voiceclone.wording import count, is_are

CONFIDENCE = 0.95
_PREFERRED = {"better": "was preferred", "like": "was judged the more similar"}


@dataclass(frozen=True)
class BlindResult:
    """The outcome for the side chosen more often (side a in a tie)."""

    winner: str
    """Its name."""
    other: str
    chosen: int
    """Pairs in which the winner was chosen."""
    total: int
    low: float
    high: float
    """Wilson's 95 % interval of the winner's true share runs from `low` to `high`, 0..1."""
    proven: bool
    """True if the interval excludes an even share (one half)."""
    sentence: str


def share_interval(chosen: int, total: int) -> tuple[float, float]:
    """Return Wilson's 95 % confidence interval of a share (scipy's `binomtest`).

    Preferred to the exact interval, which is wider than necessary for small samples: for 8 of 10, 44 to 97 in 100
    against 49 to 94 (Brown, Cai and DasGupta, 2001, recommend Wilson's).
    """
    from scipy.stats import binomtest

    found = binomtest(chosen, total).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)


def result_of(test: BlindTest) -> BlindResult:
    """Return the outcome of a finished test.

    Raises:
        InputError: it is not finished; the order stays hidden until then.
    """
    if not test.finished:
        left = len(test.pairs) - test.answered
        raise InputError(f"This listening test is not finished: {left} pairs are left. Go on with it first.")
    for_a = sum(pair.chosen == FIRST for pair in test.pairs)
    total = len(test.pairs)
    a_wins = for_a >= total - for_a
    winner, other = (test.a, test.b) if a_wins else (test.b, test.a)
    chosen = max(for_a, total - for_a)
    low, high = share_interval(chosen, total)
    proven = low > 0.5
    sentence = _sentence(test, winner.name, other.name, chosen, low, high)
    return BlindResult(winner.name, other.name, chosen, total, low, high, proven, sentence + _about_recordings(test))


def _sentence(test: BlindTest, winner: str, other: str, chosen: int, low: float, high: float) -> str:
    total = len(test.pairs)
    between = f"between {100 * low:.0f} and {100 * high:.0f} in 100"
    verb = _PREFERRED[test.question]
    if 2 * chosen == total:
        counts = f"“{winner}” and “{other}” were chosen equally often, {chosen} of {count(total, 'time')} each"
        return f"{counts}. The true share of either lies {between}: no difference was heard."
    counts = f"“{winner}” {verb} {chosen} of {count(total, 'time')}, “{other}” {total - chosen}"
    proof = "so chance alone hardly explains it" if low > 0.5 else "so it may still be chance"
    return f"{counts}. Its true share lies {between}, {proof}."


def _about_recordings(test: BlindTest) -> str:
    if RECORDING not in (test.a.kind, test.b.kind):
        return ""
    learnt = sum(pair.was_learnt for pair in test.pairs)
    if not learnt:
        return " No training had heard any of these recordings."
    return (
        f" {learnt} of the {count(len(test.pairs), 'recording')} {is_are(learnt, 'was', 'were')} also learnt from, "
        "which flatters the voice."
    )

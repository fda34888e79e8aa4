"""What the normaliser needs to know of one language; one table per language lies in the file of its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MASCULINE, FEMININE = "m", "f"
OBLIQUE = "o"
"""The Hindi form before a postposition, `पहले दिन से`."""


def listed(names: str) -> tuple[str, ...]:
    """Return the words of `names`; long lists are easier to read as one text."""
    return tuple(names.split())


@dataclass(frozen=True)
class Noun:
    """A counted thing: currency, unit."""

    one: str
    many: str
    gender: str = MASCULINE


@dataclass(frozen=True)
class Currency:
    """A currency with its hundredth part (None where nobody counts it)."""

    unit: Noun
    cent: Noun | None = None


@dataclass(frozen=True)
class Nouns:
    """How to tell the gender of a noun from its letters; all in small letters without accents, in the singular."""

    feminine_endings: tuple[str, ...]
    masculine_endings: tuple[str, ...]
    """Longer endings that begin like nouns with a feminine one."""
    feminine: frozenset[str]
    """Feminine nouns whose ending does not show it."""
    masculine: frozenset[str]
    """Masculine nouns with a feminine ending."""
    plural_endings: tuple[tuple[str, str], ...]
    """(of the plural, of the singular); all that fit are tried."""
    show_no_gender: frozenset[str]
    """Adjectives and numerals that may stand before the noun."""
    no_noun: frozenset[str]
    """Prepositions, verbs and other words that a number before them does not count."""
    masculine_as_written: tuple[str, ...] = ()
    """Endings, with their accents, of masculine nouns that look feminine without them: `marché`, `salarié`."""


@dataclass(frozen=True)
class Words:
    """The words of one language that stand for signs and numbers."""

    number_code: str
    """The language whose rules count: `en`, `es`, `fr`, `it`, `pt_BR`; empty for Hindi."""
    decimal_mark: str
    """`.` where 1,234.5 is written, `,` where 1.234,5 or 1 234,5 is."""
    point: str
    """Said for the decimal mark."""
    digits_after_point: bool
    """True where decimals are said digit by digit."""
    minus: str
    to: str
    """Between the ends of a range."""
    months: tuple[str, ...]
    signs: Mapping[str, str]
    """Said for `& + = × ÷ ± % ‰ @ # / . - _ < > § ° ~ ≥ ≤ ≈ ≠ √ ∞` and for `number` (the # before a number)."""
    scales: Mapping[str, Noun]
    """`k`, `m`, `bn` behind an amount of money."""
    currencies: Mapping[str, Currency]
    cents_joiner: str
    """Between euros and cents."""
    of_scale: str
    """Between a million and the currency: `de` in French."""
    units: Mapping[str, Noun]
    fractions: Mapping[int, tuple[str, str]]
    """Denominator -> one of them, several of them."""
    and_a_half: str
    date: Callable[[int, int, str], str]
    """(day, month 1-12, year in words or empty) -> words."""
    clock: Callable[[int, int], str]
    """(hour, minute) -> words."""
    ordinal_marks: str
    """Regular expression of what makes a number an ordinal, with named groups `f` where it is feminine."""
    regnal_ordinal_to: int
    """Roman numerals after a name are ordinals up to this; above it cardinals."""
    before_roman: Mapping[str, str]
    """Words (small letters) before a Roman numeral -> `cardinal` or `ordinal`."""
    per: str = ""
    """Between an amount and what it is for, `3 km/h`, `$20/month`; empty: a gap says it."""
    periods: Mapping[str, str] = field(default_factory=dict)
    """What amounts are counted by behind a slash, as written -> as said: `day`, `hr` -> `hour`."""
    version: str = "version"
    """Said for the `v` of `v2.0.1`."""
    counted: tuple[str, ...] = ()
    """Nouns that make the `m` of `2m views` a million; elsewhere it is a metre."""
    weekdays: tuple[str, ...] = ()
    """Monday to Sunday, where their first three letters stand for them."""
    own_rules: Callable[[str], str] = str
    """Rules of this language alone, applied before all others."""
    nouns: Nouns | None = None
    """Where numbers agree with the gender of the noun behind them."""
    before_short_date: tuple[str, ...] = ()
    """Words before `3/4` that make a date of it."""
    says_and: bool = False
    """True where `101` is one hundred and one, as in Britain."""

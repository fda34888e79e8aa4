"""What the normaliser needs to know about a language; the tables are in the modules named after the languages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MASCULINE, FEMININE = "m", "f"
OBLIQUE = "o"
"""The Hindi form before a postposition, `पहले दिन से`."""


def listed(names: str) -> tuple[str, ...]:
    """Split `names` at whitespace; long lists are easier to read as one string."""
    return tuple(names.split())


@dataclass(frozen=True)
class Noun:
    """Something that is counted: a currency or a unit."""

    one: str
    many: str
    gender: str = MASCULINE


@dataclass(frozen=True)
class Currency:
    """A currency and its hundredth (None if it is not in use)."""

    unit: Noun
    cent: Noun | None = None


@dataclass(frozen=True)
class Nouns:
    """How to tell the gender of a noun by its letters; all entries are lower-case singulars without accents."""

    feminine_endings: tuple[str, ...]
    masculine_endings: tuple[str, ...]
    """Exceptions to the feminine endings: longer endings of masculine nouns."""
    feminine: frozenset[str]
    """Feminine nouns whose ending does not show it."""
    masculine: frozenset[str]
    """Masculine nouns with a feminine ending."""
    plural_endings: tuple[tuple[str, str], ...]
    """(plural ending, singular ending); all that match are tried."""
    show_no_gender: frozenset[str]
    """Adjectives and numerals that may precede the noun."""
    no_noun: frozenset[str]
    """Prepositions, verbs and other words that a number before them does not count."""
    masculine_as_written: tuple[str, ...] = ()
    """Accented endings of masculine nouns that look feminine without the accent: `marché`, `salarié`."""


@dataclass(frozen=True)
class Words:
    """The words of one language for symbols and numbers."""

    number_code: str
    """The language whose number rules apply: `en`, `es`, `fr`, `it`, `pt_BR`; empty for Hindi."""
    decimal_mark: str
    """`.` if it writes 1,234.5; `,` if it writes 1.234,5 or 1 234,5."""
    point: str
    """The spoken decimal mark."""
    digits_after_point: bool
    """True if decimals are said digit by digit."""
    minus: str
    to: str
    """Between the ends of a range."""
    months: tuple[str, ...]
    signs: Mapping[str, str]
    """Words for `& + = × ÷ ± % ‰ @ # / . - _ < > § ° ~ ≥ ≤ ≈ ≠ √ ∞` and for `number` (the # before a number)."""
    scales: Mapping[str, Noun]
    """`k`, `m`, `bn` after an amount of money."""
    currencies: Mapping[str, Currency]
    cents_joiner: str
    """Between euros and cents."""
    of_scale: str
    """Between a million and the currency: `de` in French."""
    units: Mapping[str, Noun]
    fractions: Mapping[int, tuple[str, str]]
    """Denominator -> (singular, plural)."""
    and_a_half: str
    date: Callable[[int, int, str], str]
    """(day, month 1-12, year in words or empty) -> words."""
    clock: Callable[[int, int], str]
    """(hour, minute) -> words."""
    ordinal_marks: str
    """Regular expression of the marks that make a number an ordinal, with groups named `f` for feminine ones."""
    regnal_ordinal_to: int
    """Roman numerals after a name are ordinals up to this one, cardinals above."""
    before_roman: Mapping[str, str]
    """Lower-case words before a Roman numeral -> `cardinal` or `ordinal`."""
    per: str = ""
    """Between an amount and its unit of reference, `3 km/h`, `$20/month`; if empty, nothing is said."""
    periods: Mapping[str, str] = field(default_factory=dict)
    """Units of reference after a slash, as written -> as said: `day`, `hr` -> `hour`."""
    version: str = "version"
    """The spoken `v` of `v2.0.1`."""
    counted: tuple[str, ...] = ()
    """Nouns that turn the `m` of `2m views` into a million; elsewhere it is a metre."""
    weekdays: tuple[str, ...] = ()
    """Monday to Sunday, if their first three letters are used as abbreviations."""
    own_rules: Callable[[str], str] = str
    """Rules only this language needs, applied before all others."""
    nouns: Nouns | None = None
    """Set if numbers agree in gender with the noun after them."""
    before_short_date: tuple[str, ...] = ()
    """Words before `3/4` that turn it into a date."""
    says_and: bool = False
    """True if `101` is one hundred and one, as in Britain."""

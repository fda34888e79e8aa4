"""The gender of the noun after a number, from its ending and from lists of exceptions."""

import re
import unicodedata

from voiceclone.text.normalize.words import FEMININE, MASCULINE, Nouns

_WORDS_LOOKED_AT = 3
"""Adjectives that show no gender may precede the noun: `200 grandes casas`."""
_COMBINING_TILDE = "\u0303"


def plain_letters(word: str) -> str:
    """Return `word` in lower case without accents; ñ is kept."""
    decomposed = unicodedata.normalize("NFD", word.lower().replace("ñ", "\0"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("\0", "ñ")


def gender_after(rest: str, nouns: Nouns, singular: bool) -> str:
    """Return the gender of the noun at the beginning of `rest`, the text after a number; empty if there is none.

    Args:
        rest: begins with the space after the number.
        singular: the number is one, so the noun need not look like a plural.
    """
    # In "200 o 300 personas" and "de 20 a 31 casas" the first number counts the same noun.
    rest = re.sub(r"^[ \u00a0]+(?:o|ou|a|e|y|u)[ \u00a0]+[\d.]+(?![\w,])", "", rest)
    # "2 em cada 3 mulheres", "21 de las 30 mujeres", "uma das duas".
    of_each = re.match(r"[ \u00a0]+(?:de|em|en) cada[ \u00a0]+\d+(?![\w,])", rest)
    if of_each:
        rest, singular = rest[of_each.end() :], False
    if re.match(r"[ \u00a0]+(?:das|delas|dessas|destas|de (?:las|ellas|estas|esas))[ \u00a0]", rest):
        return FEMININE
    for looked_at in range(_WORDS_LOOKED_AT):
        match = re.match(r"[ \u00a0]+([^\W\d_]+)", rest)
        if not match:
            return ""
        word = plain_letters(match[1])
        between = looked_at > 0 and word in ("y", "e")  # 2 grandes y bellas casas
        if word in nouns.no_noun and not between:
            return ""
        if word not in nouns.show_no_gender and not between:
            if not singular and not word.endswith(("s", "x")):
                return ""
            return FEMININE if is_feminine(match[1], nouns, singular) else MASCULINE
        rest = rest[match.end() :]
    return MASCULINE


def is_feminine(noun: str, nouns: Nouns, singular: bool) -> bool:
    """Return whether `noun` is feminine.

    Args:
        singular: whether the noun is in the singular or the plural.
    """
    written = noun.lower().removesuffix("" if singular else "s")
    noun = plain_letters(noun)
    forms = [noun] if singular else [noun, *_singulars(noun, nouns)]
    if any(form in nouns.masculine for form in forms):
        return False
    if any(form in nouns.feminine for form in forms):
        return True
    if nouns.masculine_as_written and written.endswith(nouns.masculine_as_written):
        return False
    return any(form.endswith(nouns.feminine_endings) and not form.endswith(nouns.masculine_endings) for form in forms)


def _singulars(noun: str, nouns: Nouns) -> list[str]:
    """Return the possible singulars of a plural."""
    return [noun.removesuffix(plural) + singular for plural, singular in nouns.plural_endings if noun.endswith(plural)]

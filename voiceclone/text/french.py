"""Respell French words that espeak-ng mispronounces."""

import re

from voiceclone.text.normalize.words import listed

# Found by comparing espeak-ng 1.52 with Lexique 3.82 (11,216 words in -ent, docs/decisions/0009).
_SAID = frozenset(
    listed(
        """
        abstinent adent avent blanchiment chiendent confident contrevent covalent délinéament dissident
        décadent détergent engoulevent émergent entregent fervent fibrociment foutument fourniment froment gradient
        grandiloquent indulgent ingénument linéament malcontent munificent négligent omnipotent onguent
        orpiment paravent polyvalent redent relent repent succulent tempérament testament uniment
        ventripotent émollient
        """
    )
)
"""Nouns, adjectives and adverbs whose ending espeak-ng drops as if they were verbs (`ils parlent`)."""
_SILENT_ENDINGS = re.compile(r"(?:[ou]l|omm|flamm|gramm|brum|arr|(?<!^)ferm|germ|susurr)ent$")
_SILENT = frozenset(
    listed(
        """
        acquiescent colorient coïncident décident dénudent dépriment dévident envient essaiment immiscent
        imposent inventorient légitiment miaulent piaulent préludent subliment trépident éludent émanent
        épaulent
        """
    )
)
"""Verbs whose silent ending espeak-ng pronounces."""
_NO_VERBS = frozenset(
    listed(
        """
        dolent indolent insolent somnolent violent sanguinolent bénévolent malévolent redolent corpulent
        flatulent féculent opulent purulent truculent turbulent virulent fraudulent pulvérulent succulent
        comment
        """
    )
)
_EITHER = frozenset(
    listed(
        """
        adhérent affluent content convergent couvent différent divergent émergent équivalent
        excellent expédient ferment influent négligent président résident violent précédent coprésident
        confluent interférent somnolent détergent
        """
    )
)
"""Pronounced in full as nouns and adjectives, with a silent ending as plural verbs."""
_PLURAL = r"(?:les|des|ces|mes|tes|ses|nos|vos|leurs|aux|deux|trois|quatre|plusieurs|quelques)"
_PLURAL_NOUN = r"(?!(?:fois|ans|mois|jours|plus|moins|très|pas|sous|dans)\b)[\w'-]+[sx]"
_CLITICS = r"(?:(?:ne|se|me|te|le|la|les|lui|leur|nous|vous|y|en)\s+|[nsmtl]'(?:y\s+|en\s+)?)*"
_VERB = re.compile(
    rf"\b(?:(?:ils|elles)\s+{_CLITICS}|{_PLURAL}\s+(?:{_PLURAL_NOUN}\s+){{1,2}}{_CLITICS})"
    rf"(?P<verb>{'|'.join(_EITHER)})\b|\b(?P<noun>{'|'.join(_EITHER)})\s+(?P<again>(?P=noun))\b",
    re.IGNORECASE,
)
_WORD_IN_ENT = re.compile(r"\b[^\W\d_]+ents?\b", re.IGNORECASE)
_LIAISON = re.compile(r"\bcent ((?:h(?=eure|omme|abitant|ectare))?[aàâeéèêiîoôuœ])(?!t\b|n\b|ne\b|nz)", re.IGNORECASE)
_OTHER = (
    # The east, not the verb: "à l'est de Paris", but "il l'est".
    (re.compile(r"\b((?:à|de|vers|dans|sur|plein|et|ou)\s+l')est\b", re.I), r"\1este"),
    (re.compile(r"\b(plein) est\b", re.I), r"\1 este"),
    # Sons, not threads.
    (re.compile(r"\b(mes|tes|ses|nos|vos|leurs|deux|trois|petits|beaux|chers) fils\b", re.I), r"\1 fisse"),
    # The imperfect "nous portions" keeps its t; the noun is pronounced with an s.
    (re.compile(rf"\b(nous\s+{_CLITICS}[^\W\d_]+t)ions\b", re.I), r"\1yons"),
)


def respelled(words: str) -> str:
    """Return French words, without punctuation, in a spelling that espeak-ng pronounces correctly."""
    words = _VERB.sub(_as_verb, words)
    words = _WORD_IN_ENT.sub(_word_in_ent, words)
    words = _LIAISON.sub(lambda match: f"cent t{match[1].removeprefix('h')}", words)
    for pattern, right in _OTHER:
        words = pattern.sub(right, words)
    return words


def _as_verb(match: re.Match[str]) -> str:
    return match.group()[: -len("nt")]


def _word_in_ent(match: re.Match[str]) -> str:
    word = match.group()
    singular = word.lower().removesuffix("s")
    if singular.endswith("quement"):
        return word.replace("th", "t")  # espeak-ng takes words with th for English
    if singular in _SAID or singular.endswith("ûment"):
        return _in_full(word)
    silent = singular in _SILENT or (_SILENT_ENDINGS.search(singular) and singular not in _NO_VERBS)
    if word.lower() == singular and silent and singular not in _EITHER:
        return word[: -len("nt")]
    return word


def _in_full(word: str) -> str:
    """Spell the ending with an `a`, which is never silent: `testamant`, `négligeant`."""
    return re.sub("(g?)ent(s?)$", lambda m: f"{'ge' if m[1] else ''}ant{m[2]}", word)

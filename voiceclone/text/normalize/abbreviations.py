"""Abbreviations of each language and their full forms."""

import re
from functools import cache

from voiceclone.text.normalize import romance_abbreviations
from voiceclone.text.normalize.words import listed

TITLES: dict[str, dict[str, str]] = {
    "en": {
        "Dr.": "Doctor",
        "Mr.": "Mister",
        "Mrs.": "Missus",
        "Ms.": "Miz",
        "Prof.": "Professor",
        "Rev.": "Reverend",
        "Capt.": "Captain",
        "Lt.": "Lieutenant",
        "Col.": "Colonel",
        "Gen.": "General",
        "Sgt.": "Sergeant",
        "Gov.": "Governor",
        "Sen.": "Senator",
        "Rep.": "Representative",
        "Hon.": "Honorable",
        "Mt.": "Mount",
        "Ft.": "Fort",
        "Messrs.": "Messers",
        "Fr.": "Father",
        "Maj.": "Major",
        "Cpl.": "Corporal",
        "Adm.": "Admiral",
        "Cmdr.": "Commander",
        "Supt.": "Superintendent",
        "Pres.": "President",
        "Atty.": "Attorney",
        "Mr": "Mister",
        "Mrs": "Missus",
        "Ms": "Miz",
        "Messrs": "Messers",
    },
    "es": romance_abbreviations.SPANISH_TITLES,
    "fr": {
        "M.": "monsieur",
        "MM.": "messieurs",
        "Mme": "madame",
        "Mme.": "madame",
        "Mmes": "mesdames",
        "Mlle": "mademoiselle",
        "Mlle.": "mademoiselle",
        "Dr": "docteur",
        "Dr.": "docteur",
        "Pr": "professeur",
        "Pr.": "professeur",
        "Mgr": "monseigneur",
        "Vve": "veuve",
        "St": "saint",
        "Ste": "sainte",
        "Sts": "saints",
        "av.": "avenue",
        "bd": "boulevard",
        "bd.": "boulevard",
        "bld": "boulevard",
        "blvd": "boulevard",
        "pl.": "place",
        "fg": "faubourg",
        "imp.": "impasse",
    },
    "it": romance_abbreviations.ITALIAN_TITLES,
    "pt": romance_abbreviations.PORTUGUESE_TITLES,
    "hi": {
        "डॉ.": "डॉक्टर",
        "डा.": "डॉक्टर",
        "स्व.": "स्वर्गीय",
        "ले.": "लेफ़्टिनेंट",
        "मो.": "मोहम्मद",
        "श्री.": "श्री",
        "प्रो.": "प्रोफ़ेसर",
        "पं.": "पंडित",
        "कु.": "कुमारी",
        "Dr.": "डॉक्टर",
        "Mr.": "मिस्टर",
    },
}
"""Used before a name, so their full stop never ends a sentence."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "e.g.": "for example",
        "i.e.": "that is",
        "etc.": "et cetera",
        "vs.": "versus",
        "approx.": "approximately",
        "dept.": "department",
        "est.": "established",
        "no.": "number",
        "Nos.": "numbers",
        "Jr.": "Junior",
        "Sr.": "Senior",
        "Inc.": "Incorporated",
        "Ltd.": "Limited",
        "Corp.": "Corporation",
        "Co.": "Company",
        "Bros.": "Brothers",
        "Ave.": "Avenue",
        "Blvd.": "Boulevard",
        "Rd.": "Road",
        "Hwy.": "Highway",
        "Apt.": "Apartment",
        "ext.": "extension",
        "fig.": "figure",
        "vol.": "volume",
        "ch.": "chapter",
        "Ch.": "Chapter",
        "pp.": "pages",
        "p.": "page",
        "ca.": "circa",
        "max.": "maximum",
        "min.": "minimum",
        "Jan.": "January",
        "Feb.": "February",
        "Mar.": "March",
        "Apr.": "April",
        "Aug.": "August",
        "Sept.": "September",
        "Sep.": "September",
        "Oct.": "October",
        "Nov.": "November",
        "Dec.": "December",
        "No.": "number",
        "Figs.": "figures",
        "vols.": "volumes",
        "Sec.": "section",
        "Eq.": "equation",
        "para.": "paragraph",
        "cf.": "compare",
        "viz.": "namely",
        "et al.": "et al",
        "tel.": "telephone",
        "govt.": "government",
        "misc.": "miscellaneous",
        "Assn.": "Association",
        "Dept": "department",
        "Univ.": "University",
        "Ln.": "Lane",
        "Sq.": "Square",
        "Ct.": "Court",
        "Pkwy.": "Parkway",
        "Bldg.": "Building",
        "Rte.": "Route",
        "c/o": "care of",
        "Mon.": "Monday",
        "Tues.": "Tuesday",
        "Tue.": "Tuesday",
        "Wed.": "Wednesday",
        "Thurs.": "Thursday",
        "Thu.": "Thursday",
        "Fri.": "Friday",
        "a.k.a.": "also known as",
        "Ph.D.": "P H D",
        "PhD": "P H D",
        "w/o": "without",
        "w/": "with",
    },
    "es": romance_abbreviations.SPANISH_WORDS,
    "fr": {
        "p. ex.": "par exemple",
        "p.ex.": "par exemple",
        "etc.": "et cetera",
        "c.-à-d.": "c'est-à-dire",
        "n°": "numéro",
        "nº": "numéro",
        "tél.": "téléphone",
        "env.": "environ",
        "av. J.-C.": "avant Jésus-Christ",
        "apr. J.-C.": "après Jésus-Christ",
        "vs": "contre",
        "vol.": "volume",
        "chap.": "chapitre",
        "max.": "maximum",
        "min.": "minimum",
        "janv.": "janvier",
        "févr.": "février",
        "juil.": "juillet",
        "sept.": "septembre",
        "oct.": "octobre",
        "nov.": "novembre",
        "déc.": "décembre",
        "s.v.p.": "s'il vous plaît",
        "SVP": "s'il vous plaît",
        "p.": "page",
        "pp.": "pages",
        "art.": "article",
        "al.": "alinéa",
        "fig.": "figure",
        "cf.": "confer",
        "éd.": "édition",
        "ap. J.-C.": "après Jésus-Christ",
        "fév.": "février",
        "avr.": "avril",
        "juill.": "juillet",
        "càd": "c'est-à-dire",
        "Cie": "compagnie",
        "Éts": "établissements",
        "bcp": "beaucoup",
        "qqn": "quelqu'un",
        "qqch": "quelque chose",
        "arr.": "arrondissement",
        "dép.": "département",
        "hab.": "habitants",
    },
    "it": romance_abbreviations.ITALIAN_WORDS,
    "pt": romance_abbreviations.PORTUGUESE_WORDS,
    "hi": {
        "उदा.": "उदाहरण",
        "आदि.": "आदि",
        "रु.": "रुपये",
        "कि.मी.": "किलोमीटर",
        "कि.ग्रा.": "किलोग्राम",
        "सं.": "संख्या",
        "कि.मी": "किलोमीटर",
        "से.मी.": "सेंटीमीटर",
        "मि.मी.": "मिलीमीटर",
        "मि.ली.": "मिलीलीटर",
        "मी.": "मीटर",
        "ली.": "लीटर",
        "ग्रा.": "ग्राम",
        "पृ.": "पृष्ठ",
        "क्र.": "क्रमांक",
        "नं.": "नंबर",
        "लि.": "लिमिटेड",
        "कं.": "कंपनी",
        "म.प्र.": "मध्य प्रदेश",
        "उ.प्र.": "उत्तर प्रदेश",
        "आं.प्र.": "आंध्र प्रदेश",
        "हि.प्र.": "हिमाचल प्रदेश",
        "अ.भा.": "अखिल भारतीय",
        "भा.ज.पा.": "भाजपा",
        "ई.पू.": "ईसा पूर्व",
        "वि.सं.": "विक्रम संवत",
    },
}
"""Used anywhere; their full stop may also end the sentence."""

_BEFORE_NUMBER = frozenset(
    listed("no. nos. fig. figs. vol. vols. sec. eq. para. p. pp. ch. n. mar. es. ex. est. art. núm. cap. मी. ली.")
)
"""In lower case: abbreviations only before a number, elsewhere ordinary words or letters."""
_BEFORE_NAME = frozenset(("on.",))
"""In lower case: titles only before a name."""
_DOTTED_UNITS = {"en": listed("ft. in. oz. lb. lbs. yr. yrs. hr. hrs. min. mins. sec. secs. mi. yd. pt. qt. gal.")}
"""Units written with a full stop and followed by a number: `6 ft. 2 in.`"""


@cache
def never_final(family: str) -> frozenset[str]:
    """Return the abbreviations, in lower case, that never end a sentence."""
    always = {
        "e.g.",
        "i.e.",
        "a.k.a.",
        "cf.",
        "viz.",
        "vs.",
        "approx.",
        "ca.",
        "p. ej.",
        "p.ej.",
        "p. ex.",
        "p.ex.",
        "p. es.",
        "p.es.",
        "c.-à-d.",
        "p.s.",
    }
    return frozenset(short.lower() for short in (*TITLES.get(family, ()), *always) if short.endswith("."))


@cache
def dotted(family: str) -> frozenset[str]:
    """Return every abbreviation that ends with a full stop, in lower case."""
    shorts = (*TITLES.get(family, ()), *WORDS.get(family, ()), *_DOTTED_UNITS.get(family, ()))
    return frozenset(short.lower() for short in shorts if short.endswith("."))


@cache
def spaced(family: str) -> tuple[tuple[str, str], ...]:
    """Return the abbreviations with several parts (`EE. UU.`, `a. C.`), in lower case: (first part, the rest)."""
    always = ("a. m.", "p. m.")
    shorts = (
        short.lower() for short in (*TITLES.get(family, ()), *WORDS.get(family, ()), *always) if " " in short.strip()
    )
    return tuple((first, rest) for first, _, rest in (short.partition(" ") for short in shorts) if first.endswith("."))


def goes_on(before: str, following: str) -> bool:
    """True if an English sentence continues after `St.`, `Dr.`, `a.m.` or letters such as `U.S.`

    Args:
        before: the text up to and including the full stop.
        following: the text after it, which begins with a capital.
    """
    short = before.split()[-1].lstrip("\"“‘'(")
    following_word = re.match(r"[\w']*", following)[0].lower()
    if short in _STREET_OR_TITLE:
        match = re.search(rf"{re.escape(short)}$", before)
        title = _STREET_OR_TITLE[short][1]
        return not _is_street(before[: match.start()], following, title)
    if short.lower() in ("a.m.", "p.m."):
        return following_word in FOLLOWING_TIME
    return following_word not in BEGINNERS


def expand(text: str, family: str) -> str:
    """Expand every abbreviation of `family` in `text`; a full stop that ends the sentence is kept."""
    pattern, words = _pattern(family)

    def write_out(match: re.Match[str]) -> str:
        short = match.group()
        if short.capitalize() in _STREET_OR_TITLE and family == "en":
            return _street_or_title(match)
        if short not in words and not _stands_in_capitals(match, family):
            return short
        full = words.get(short) or words.get(short.lower()) or words[short.capitalize()]
        if short not in words and family != "en":
            full = full.upper()  # in a text in capitals, one lower-case word would turn the others into acronyms: R U I
        if short.lower() in _BEFORE_NAME and not re.match(r"\s+[A-ZÀ-Ý]", text[match.end() :]):
            return short
        if family == "fr" and short.lower() == "sept." and not re.search(r"\d(?:er)? $", text[: match.start()]):
            return short  # the number seven, at the end of a sentence
        if short.lower() in _BEFORE_NUMBER and short not in TITLES[family]:
            return full if _NUMBER_AFTER.match(text[match.end() :]) else short
        ends_sentence = short.endswith(".") and short.lower() not in never_final(family)
        rest = text[match.end() :].lstrip(" ”\"’')")
        if re.match(r"[IVXL]+\b(?!['’])", rest) and family != "en":
            return full  # vol. II
        if ends_sentence and (not rest or (rest[0].isupper() and short.lower() == short) or rest[0] == "\n"):
            return full + "."
        return full

    return pattern.sub(write_out, text)


def _stands_in_capitals(match: re.Match[str], family: str) -> bool:
    """True for `MR. SMITH` and `JAN. 5`: in capitals, a title needs a name after it and all others a number."""
    rest = match.string[match.end() :]
    if match.group().lower() in never_final(family):
        return _name_in_capitals(rest)
    return bool(_NUMBER_AFTER.match(rest))


def _name_in_capitals(rest: str) -> bool:
    name = re.match(r"\s+([A-ZÀ-Ý][A-ZÀ-Ý'-]+|[A-Z](?=\.))", rest)
    return bool(name) and name[1].lower() not in BEGINNERS


def _is_september(match: re.Match[str]) -> bool:
    """True for the French `5 sept.` and `sept. 2023`, where it is not seven at the end of a sentence."""
    before, rest = match.string[: match.start()], match.string[match.end() :]
    return bool(re.search(r"(?:\d|premier)\s$", before) or re.match(r"\s(?:1\d|20)\d\d\b", rest))


_NUMBER_AFTER = re.compile(r"\s*(?:\d|[IVXLC]{2,}\b|[VX]\b)")
_STREET_OR_TITLE = {"St.": ("Street", "Saint"), "Dr.": ("Drive", "Doctor")}


def _street_or_title(match: re.Match[str]) -> str:
    """Decide between `Baker St.` and `St. Peter`, `Elm Dr.` and `Dr. Elm`, by the surrounding words."""
    street, title = _STREET_OR_TITLE[match.group().capitalize()]
    if match.group().isupper() and _name_in_capitals(match.string[match.end() :]):
        return title
    rest = match.string[match.end() :].lstrip()
    if not _is_street(match.string[: match.start()], rest, title):
        return title
    ends = not rest or (rest[0].isupper() and not re.match(r"[A-Z]\w+,", rest))
    return street + ("." if ends else "")


def _is_street(before: str, rest: str, title: str) -> bool:
    """True if a name precedes the abbreviation and no name for `title` follows it."""
    name = re.search(r"([^\W\d_][\w']*|\d+(?:st|nd|rd|th))\s+$", before)
    if not name or not (name[1][0].isupper() or name[1][0].isdigit()) or name[1].lower() in _NO_STREET_NAME:
        return False
    following = re.match(r"[\w']*", rest)[0]
    return not following[:1].isupper() or title == "Saint" or following.lower() in BEGINNERS


_NO_STREET_NAME = frozenset(
    listed("the in at and to from of by with on is see visit near after before through via for our their old new")
)
BEGINNERS = frozenset(
    listed(
        "a an the he she it they we you i this that these those there here my your his her its our their in on at but "
        "and so if when while after before as for then now what who where why how is are was were do does did can "
        "could will would no yes not both all some many most each every one two another however still yet although "
        "because since until to from with by once please let nobody everyone everybody something nothing"
    )
)
"""Words that begin sentences and are not names, so that the full stop before them ends one."""
FOLLOWING_TIME = frozenset(
    listed(
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
        "september october november december eastern pacific central mountain gmt utc est pst cet edt pdt"
    )
)


@cache
def _pattern(family: str) -> tuple[re.Pattern[str], dict[str, str]]:
    words = WORDS[family] | TITLES[family]
    words = {short.lower(): full for short, full in words.items() if len(short) > 3} | words
    if family in ("es", "it", "pt"):
        words = {short[0].upper() + short[1:]: full for short, full in words.items() if len(short) > 3} | words
    if family == "en":
        words |= {"St.": "Saint"} | {
            short[0].upper() + short[1:]: full[0].upper() + full[1:]
            for short, full in words.items()
            if short.islower() and len(short) > 3 and short[0].upper() + short[1:] not in words
        }
    in_capitals = {short.upper() for short in words if re.fullmatch(r"[^\W\d_]{2,}\.", short)}
    shorts = sorted(in_capitals.union(words), key=len, reverse=True)
    # No letter or digit may precede it, or follow a form without a full stop.
    return re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, shorts))})(?![\w@])"), words

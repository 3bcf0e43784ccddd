"""Match words of two vocabularies: stemmed tags, and lemmatised lyrics and titles.

`tags` are stemmed ("befor", "rememb"), words of lyrics rows lemmatised ("before"), titles written
out ("Before"). A light normal form matches more of them than stemming one or lemmatising the other
would, and keeps words of different languages apart.
"""

import re
import unicodedata
from functools import lru_cache

_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")
_FORMS_OF = """
awake awoke|be are been had_been is was were|bear bore|beat beaten|become becam became
begin began begun|bend bent|bind bound|bite bitten|bleed bled|blow blew blown|break broke broken
breed bred|bring brought|build built|buy bought|catch caught|child children|choose chose chosen
come came|creep crept|deal dealt|dig dug|do did done|draw drawn drew|dream dreamt|drink drank drunk
drive driven drove|eat ate eaten|fall fallen fell|feed fed|feel felt|fight fought|find found
flee fled|fly flew fli flown|foot fee feet|forget forgot forgotten|forgive forgave forgiven
freeze froze frozen|get got gotten|give gave given|go goe gone went|grind ground|grow grew grown
hang hung|have had has|hear heard|hide hid hidden|hold held|keep kept|know knew known|lay laid
lead led|leave leav left|lend lent|lie lain|light lit|lose lost|make made|man men
mean meant|meet met|overcome overcam|pay paid|ride ridden rode|rise risen rose|run ran|say said
see saw seen|seek sought|sell sold|send sent|shake shaken shook|shoot shot|sing sang sung
sink sank sunk|sit sat|sleep slept|slide slid|speak spoke spoken|spend spent|spin spun|stand stood
steal stole stolen|stick stuck|strike struck|swear swore sworn|sweep swept|swim swam|swing swung
take taken took|teach taught|tear tore torn|tell told|think thought|throw threw thrown
tooth teeth|understand understood|wake woke|wear wore worn|weep wept|wife wive|win won|wind wound
wolf wolv|woman women|write written wrote|knife knive
"""
_BASE_OF = {
    form: base
    for line in re.split(r"[|\n]", _FORMS_OF)
    for base, *forms in [line.split() or [""]]
    for form in forms
}
"""Irregular English forms, which no rule about endings covers."""


@lru_cache(maxsize=50_000)
def normalise_word(word: str) -> str:
    """Return the form under which the model knows `word`; "" if it is only punctuation.

    Lower case without accents, letters and digits only. Irregular English forms become their base,
    a final "y" becomes "i" and a final "e" is dropped, as in the stems of the tags.
    """
    decomposed = unicodedata.normalize("NFKD", word.lower())
    plain = _NOT_ALPHANUMERIC.sub("", decomposed)
    plain = _BASE_OF.get(plain, plain)
    if len(plain) > 3 and plain.endswith("y"):
        plain = plain[:-1] + "i"
    if len(plain) > 4 and plain.endswith("e"):
        plain = plain[:-1]
    return plain

"""What a Vietnamese syllable can be: onset, rime and tone. Pure, after the spelling rules of QĐ 240/QĐ (1984)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ocr.language.letters import split_tone

ONSET_LETTERS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
ONSETS = (*ONSET_LETTERS.split(), "")
RIME_LETTERS = """
    a ac ach ai am an ang anh ao ap at au ay ă ăc ăm ăn ăng ăp ăt â âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
    i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu iê
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong oong ooc op ot
    ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc ue uê uêch uên uênh uêu ui um un ung uôc uôi uôm uôn uông uôt uơ up ut uy uya uych uyn uynh uyt
    uyên uyêt uyu uyp
    ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y yêm yên yêng yêt yêu
"""
RIMES = frozenset(RIME_LETTERS.split())
QU_RIME_LETTERS = """
    a ac ach ai an ang anh ao at au ay ăc ăm ăn ăng ăp ăt ân âng ât ây e en eo et ê ên êt êu i ich in inh it ơ ơi ơn ôc
    y yên yêt yêu ych ynh yt
"""
QU_RIMES = frozenset(QU_RIME_LETTERS.split())
STOPS = ("c", "ch", "p", "t")
SHARP, HEAVY = 2, 5
FRONT = ("e", "ê", "i", "y")


@lru_cache(maxsize=65536)
def is_syllable(word: str) -> bool:
    """Tell whether a word, in any case, is spelt as a Vietnamese syllable can be: ``nghiêng`` yes, ``ngieng`` no."""
    letters, tone = split_tone(word)
    return any(_fits(onset, letters[len(onset) :], tone) for onset in ONSETS if letters.startswith(onset))


def list_syllables() -> Iterator[tuple[str, int]]:
    """Yield the letters and tone of every syllable that the rules allow, some 15,000, many of which no word has."""
    for onset in ONSETS:
        for rime in sorted(QU_RIMES if onset == "qu" else RIMES):
            for tone in range(6):
                if _fits(onset, rime, tone):
                    yield onset + rime, tone


def _fits(onset: str, rime: str, tone: int) -> bool:
    if rime not in (QU_RIMES if onset == "qu" else RIMES):
        return onset == "gi" and _fits_gi(rime, tone)
    if rime.endswith(STOPS) and tone not in {SHARP, HEAVY}:
        return False
    is_front = rime.startswith(FRONT)
    if onset in {"k", "gh", "ngh"}:
        return is_front
    if onset in {"c", "g", "ng"}:
        return not is_front or (onset == "g" and rime.startswith("i"))
    return True


def _fits_gi(rime: str, tone: int) -> bool:
    """Allow ``gì``, ``giếng`` and the like, where the onset's i is the rime's too."""
    if rime.endswith(STOPS) and tone not in {SHARP, HEAVY}:
        return False
    return rime in {"", "n", "m", "êng", "êt", "êc", "ên"}

"""Numbers and codes as a reader sees them: rounding half away from zero once, p values, plain labels."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from drive_evaluation.contract import CODE_MEANINGS

LABELS = {
    "physical": "Physical",
    "sexual": "Sexual",
    "hs": "Harassment and stalking",
    "jcc": "Jealous, coercive and controlling",
    "su_closed": "closed cases",
    "drive": "Drive",
    "control": "Control",
    "idva": "IDVA",
    "yes": "Yes",
    "no": "No",
    "childrens_services": "Children's services",
    "probation_crc": "Probation (CRC)",
    "probation_nps": "Probation (NPS)",
    "ccj": "Criminal and civil justice",
    "cyps": "Children and young people's services",
    "bcw": "Behaviour change work",
    "allocated_drive": "Allocated to Drive",
    "allocated_control": "Allocated to control",
    "excluded_repeat_marac": "Excluded: repeat MARAC",
    "p2": "Comparator P2",
    "pilot": "Comparator pilot",
}


def rounded(value: float | None, places: int = 1) -> str:
    """Half away from zero, from the unrounded value, once; an undefined number is written out."""
    if value is None or not math.isfinite(value):
        return "not defined"
    # Twelve significant digits: binary noise must not decide a half.
    number = Decimal(repr(float(f"{float(value):.12g}")))
    return str(number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


def percent_text(value: float | None, places: int = 1) -> str:
    """A share with its sign."""
    return f"{rounded(value, places)} %" if value is not None else "not defined"


def p_text(p: float | None) -> str:
    """p to three decimals, ``<.001`` below that."""
    if p is None:
        return "not defined"
    return "p < .001" if p < 0.001 else "p = " + rounded(p, 3).lstrip("0")


def df_text(df: float | tuple[float, float] | None) -> str:
    """Degrees of freedom to two decimals if fractional."""
    if df is None:
        return ""
    parts = df if isinstance(df, tuple) else (df,)
    return ", ".join(str(int(part)) if float(part).is_integer() else rounded(part, 2) for part in parts)


def label(code: str) -> str:
    """A code in words: the fixed labels, else underscores as spaces with a capital."""
    if code in LABELS:
        return LABELS[code]
    text = code.replace("_", " ")
    return text[:1].upper() + text[1:]


def meaning(code_list: str, code: str) -> str:
    """The meaning of a code in the contract, empty where it speaks for itself."""
    return CODE_MEANINGS.get(code_list, {}).get(code, "")

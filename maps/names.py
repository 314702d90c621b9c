"""Names of states and districts as people write them, and the plain form in which two spellings are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Spellings of the boundary files that are not the official ones, raw name -> name.
_STATES = {
    "ANDAMAN & NICOBAR": "Andaman and Nicobar Islands",
    "PUDUCHERRY": "Puducherry",
}
_DISTRICTS = {
    "ANUGUL": "Angul",
    "BENGALURU (RURAL)": "Bengaluru Rural",
    "BENGALURU (URBAN)": "Bengaluru Urban",
    "CHARKI DADRI": "Charkhi Dadri",
    "CHIKKABALLAPURA": "Chikkaballapura",
    "DARANG": "Darrang",
    "DR. B.R. AMBEDKAR KONASEEMA": "Dr. B.R. Ambedkar Konaseema",
    "GOMTI": "Gomati",
    "JHUNJHUNUN": "Jhunjhunu",
    "KEONJHAR (KENDUJHAR)": "Kendujhar",
    "KOLARA": "Kolar",
    "MALER KOTLA": "Malerkotla",
    "MARIGAON": "Morigaon",
    "NORTH TWENTY-FOUR PARGANAS": "North 24 Parganas",
    "NUAPARHA": "Nuapada",
    "PAPUMPARE": "Papum Pare",
    "SIBSAGAR": "Sivasagar",
    "SOUTH 24PARGANAS": "South 24 Parganas",
    "SOUTH ANDAMANS": "South Andaman",
    "WEST KARBI ANAGLONG": "West Karbi Anglong",
}
_ACRONYMS = {"ntr": "NTR", "sas": "SAS", "y.s.r.": "Y.S.R."}
_SMALL = {"and", "of", "the"}

# Census 2011 state codes. Telangana, Ladakh and the merged union territory of 2020 had none.
CENSUS_STATES = {
    "jammu-and-kashmir": "01",
    "himachal-pradesh": "02",
    "punjab": "03",
    "chandigarh": "04",
    "uttarakhand": "05",
    "haryana": "06",
    "delhi": "07",
    "rajasthan": "08",
    "uttar-pradesh": "09",
    "bihar": "10",
    "sikkim": "11",
    "arunachal-pradesh": "12",
    "nagaland": "13",
    "manipur": "14",
    "mizoram": "15",
    "tripura": "16",
    "meghalaya": "17",
    "assam": "18",
    "west-bengal": "19",
    "jharkhand": "20",
    "odisha": "21",
    "chhattisgarh": "22",
    "madhya-pradesh": "23",
    "gujarat": "24",
    "maharashtra": "27",
    "andhra-pradesh": "28",
    "karnataka": "29",
    "goa": "30",
    "lakshadweep": "31",
    "kerala": "32",
    "tamil-nadu": "33",
    "puducherry": "34",
    "andaman-and-nicobar-islands": "35",
}


def _clean(raw: str) -> str:
    text = raw.replace("_x000D_", " ").replace("&", " and ")  # a carriage return as Excel escapes it
    text = re.sub(r"\s*-\s*", "-", text)
    return re.sub(r"\s+", " ", text).strip()


def _title(text: str) -> str:
    def word(match: re.Match[str]) -> str:
        lower = match.group().lower()
        if lower in _SMALL and match.start() > 0:
            return lower
        return _ACRONYMS.get(lower, lower[:1].upper() + lower[1:])

    return re.sub(r"[^\s\-()]+", word, text)


def state(raw: str) -> str:
    """`DADRA & NAGAR HAVELI & DAMAN & DIU` -> `Dadra and Nagar Haveli and Daman and Diu`."""
    text = _clean(raw)
    return _STATES.get(raw.strip()) or _STATES.get(text) or ("Puducherry" if "PUDUCH" in text else _title(text))


def district(raw: str) -> str:
    """`BAKSA_x000D_\\n` -> `Baksa`, `JANJGIR - CHAMPA` -> `Janjgir-Champa`."""
    text = _clean(raw)
    return _DISTRICTS.get(text) or _title(text)


def slug(name: str) -> str:
    """`Jammu and Kashmir` -> `jammu-and-kashmir`; a second name in brackets is left out of it."""
    ascii_name = unicodedata.normalize("NFKD", re.sub(r"\(.*?\)", "", name)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")


@lru_cache(maxsize=4096)  # areas recur; the 650,000 village names of a full list do not, and would all be kept
def plain(name: str) -> str:
    """What is compared of a name: letters and digits in lower case, without bracketed parts, "the" and "district"."""
    text = re.sub(r"\(.*?\)", " ", _clean(name)).lower()
    words = re.findall(r"[a-z0-9]+", unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode())
    return "".join(word for word in words if word not in {"the", "district"})

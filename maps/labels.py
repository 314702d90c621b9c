"""Where the names of states and seas stand on the national map: chosen by eye, so that they are quiet and legible."""

from __future__ import annotations

from maps.words import later

STATES: dict[str, tuple[float, float, str]] = {
    "ladakh": (34.75, 77.4, later("Ladakh")),
    "jammu-and-kashmir": (33.05, 74.95, later("Jammu &\nKashmir")),
    "himachal-pradesh": (32.05, 77.45, later("Himachal\nPradesh")),
    "punjab": (31.05, 74.95, later("Punjab")),
    "uttarakhand": (30.75, 81.9, later("Uttarakhand")),
    "haryana": (29.2, 76.05, later("Haryana")),
    "rajasthan": (25.6, 72.2, later("Rajasthan")),
    "uttar-pradesh": (26.85, 82.0, later("Uttar\nPradesh")),
    "bihar": (26.05, 85.9, later("Bihar")),
    "sikkim": (28.4, 88.1, later("Sikkim")),
    "arunachal-pradesh": (28.2, 94.4, later("Arunachal\nPradesh")),
    "assam": (27.0, 94.2, later("Assam")),
    "nagaland": (26.1, 95.9, later("Nagaland")),
    "manipur": (24.75, 95.5, later("Manipur")),
    "mizoram": (22.3, 92.9, later("Mizoram")),
    "tripura": (23.75, 90.1, later("Tripura")),
    "meghalaya": (25.1, 90.9, later("Meghalaya")),
    "west-bengal": (23.6, 87.9, later("West\nBengal")),
    "jharkhand": (24.1, 85.0, later("Jharkhand")),
    "odisha": (20.75, 83.9, later("Odisha")),
    "chhattisgarh": (22.6, 82.2, later("Chhattisgarh")),
    "madhya-pradesh": (23.2, 78.0, later("Madhya Pradesh")),
    "gujarat": (21.95, 70.9, later("Gujarat")),
    "maharashtra": (20.1, 77.6, later("Maharashtra")),
    "telangana": (18.6, 79.3, later("Telangana")),
    "andhra-pradesh": (14.9, 79.0, later("Andhra\nPradesh")),
    "karnataka": (15.0, 75.9, later("Karnataka")),
    "goa": (15.35, 73.2, later("Goa")),
    "kerala": (10.2, 75.2, later("Kerala")),
    "tamil-nadu": (10.45, 78.4, later("Tamil Nadu")),
    "lakshadweep": (9.4, 72.3, later("Lakshadweep")),
    "andaman-and-nicobar-islands": (12.0, 95.1, later("Andaman &\nNicobar")),
}
SEAS: tuple[tuple[float, float, str], ...] = (
    (16.6, 68.0, later("Arabian\nSea")),
    (15.6, 88.2, later("Bay of\nBengal")),
)

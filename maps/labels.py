"""Where the names of states and seas stand on the national map: chosen by eye, so that they are quiet and legible."""

from __future__ import annotations

STATES: dict[str, tuple[float, float, str]] = {
    "ladakh": (34.75, 77.4, "Ladakh"),
    "jammu-and-kashmir": (33.05, 74.95, "Jammu &\nKashmir"),
    "himachal-pradesh": (32.05, 77.45, "Himachal\nPradesh"),
    "punjab": (31.05, 74.95, "Punjab"),
    "uttarakhand": (30.75, 81.9, "Uttarakhand"),
    "haryana": (29.2, 76.05, "Haryana"),
    "rajasthan": (25.6, 72.2, "Rajasthan"),
    "uttar-pradesh": (26.85, 82.0, "Uttar\nPradesh"),
    "bihar": (26.05, 85.9, "Bihar"),
    "sikkim": (28.4, 88.1, "Sikkim"),
    "arunachal-pradesh": (28.2, 94.4, "Arunachal\nPradesh"),
    "assam": (27.0, 94.2, "Assam"),
    "nagaland": (26.1, 95.9, "Nagaland"),
    "manipur": (24.75, 95.5, "Manipur"),
    "mizoram": (22.3, 92.9, "Mizoram"),
    "tripura": (23.75, 90.1, "Tripura"),
    "meghalaya": (25.1, 90.9, "Meghalaya"),
    "west-bengal": (23.6, 87.9, "West\nBengal"),
    "jharkhand": (24.1, 85.0, "Jharkhand"),
    "odisha": (20.75, 83.9, "Odisha"),
    "chhattisgarh": (22.6, 82.2, "Chhattisgarh"),
    "madhya-pradesh": (23.2, 78.0, "Madhya Pradesh"),
    "gujarat": (21.95, 70.9, "Gujarat"),
    "maharashtra": (20.1, 77.6, "Maharashtra"),
    "telangana": (18.6, 79.3, "Telangana"),
    "andhra-pradesh": (14.9, 79.0, "Andhra\nPradesh"),
    "karnataka": (15.0, 75.9, "Karnataka"),
    "goa": (15.35, 73.2, "Goa"),
    "kerala": (10.2, 75.2, "Kerala"),
    "tamil-nadu": (10.45, 78.4, "Tamil Nadu"),
    "lakshadweep": (9.4, 72.3, "Lakshadweep"),
    "andaman-and-nicobar-islands": (12.0, 95.1, "Andaman &\nNicobar"),
}
SEAS: tuple[tuple[float, float, str], ...] = ((16.6, 68.0, "Arabian\nSea"), (15.6, 88.2, "Bay of\nBengal"))

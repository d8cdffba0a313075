"""How far apart two places are, offline: centre points of US states and of countries.

Coordinates are degrees north and east, rounded to a tenth, good to tell a nearer warehouse from a
farther one. Source: geographic centres as published by the US Census Bureau (states) and the CIA
World Factbook (countries), rounded.
"""

from __future__ import annotations

from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0
Point = tuple[float, float]

US_STATES: dict[str, Point] = {
    "AL": (32.8, -86.8), "AK": (64.0, -152.0), "AZ": (34.3, -111.7), "AR": (34.8, -92.4),
    "CA": (37.2, -119.5), "CO": (39.0, -105.5), "CT": (41.6, -72.7), "DE": (39.0, -75.5),
    "DC": (38.9, -77.0), "FL": (28.5, -82.4), "GA": (32.7, -83.4), "HI": (20.8, -157.5),
    "ID": (44.4, -114.6), "IL": (40.0, -89.2), "IN": (39.9, -86.3), "IA": (42.1, -93.5),
    "KS": (38.5, -98.4), "KY": (37.5, -85.3), "LA": (31.1, -92.0), "ME": (45.4, -69.2),
    "MD": (39.0, -76.8), "MA": (42.3, -71.8), "MI": (44.3, -85.4), "MN": (46.3, -94.3),
    "MS": (32.7, -89.7), "MO": (38.4, -92.5), "MT": (47.1, -109.6), "NE": (41.5, -99.8),
    "NV": (39.3, -116.6), "NH": (43.7, -71.6), "NJ": (40.2, -74.7), "NM": (34.4, -106.1),
    "NY": (42.9, -75.5), "NC": (35.6, -79.4), "ND": (47.4, -100.5), "OH": (40.3, -82.8),
    "OK": (35.6, -97.5), "OR": (43.9, -120.6), "PA": (40.9, -77.8), "PR": (18.2, -66.4),
    "RI": (41.7, -71.6), "SC": (33.9, -80.9), "SD": (44.4, -100.2), "TN": (35.9, -86.4),
    "TX": (31.5, -99.3), "UT": (39.3, -111.7), "VT": (44.1, -72.7), "VA": (37.5, -78.9),
    "WA": (47.4, -120.4), "WV": (38.6, -80.6), "WI": (44.6, -90.0), "WY": (43.0, -107.6),
}  # fmt: skip

COUNTRIES: dict[str, Point] = {
    "AE": (24.0, 54.0), "AR": (-34.0, -64.0), "AT": (47.3, 13.3), "AU": (-27.0, 133.0),
    "BE": (50.8, 4.0), "BG": (43.0, 25.0), "BR": (-10.0, -55.0), "CA": (60.0, -95.0),
    "CH": (47.0, 8.0), "CL": (-30.0, -71.0), "CN": (35.0, 105.0), "CO": (4.0, -72.0),
    "CY": (35.0, 33.0), "CZ": (49.8, 15.5), "DE": (51.0, 9.0), "DK": (56.0, 10.0),
    "EE": (59.0, 26.0), "EG": (27.0, 30.0), "ES": (40.0, -4.0), "FI": (64.0, 26.0),
    "FR": (46.0, 2.0), "GB": (54.0, -2.0), "GR": (39.0, 22.0), "HK": (22.3, 114.2),
    "HR": (45.2, 15.5), "HU": (47.0, 20.0), "ID": (-5.0, 120.0), "IE": (53.0, -8.0),
    "IL": (31.5, 34.8), "IN": (20.0, 77.0), "IS": (65.0, -18.0), "IT": (42.8, 12.8),
    "JP": (36.0, 138.0), "KE": (1.0, 38.0), "KR": (37.0, 127.5), "KW": (29.5, 45.8),
    "LT": (56.0, 24.0), "LU": (49.8, 6.2), "LV": (57.0, 25.0), "MA": (32.0, -5.0),
    "MT": (35.8, 14.6), "MX": (23.0, -102.0), "MY": (2.5, 112.5), "NG": (10.0, 8.0),
    "NL": (52.5, 5.8), "NO": (62.0, 10.0), "NZ": (-41.0, 174.0), "PE": (-10.0, -76.0),
    "PH": (13.0, 122.0), "PK": (30.0, 70.0), "PL": (52.0, 20.0), "PT": (39.5, -8.0),
    "QA": (25.5, 51.3), "RO": (46.0, 25.0), "RS": (44.0, 21.0), "SA": (25.0, 45.0),
    "SE": (62.0, 15.0), "SG": (1.4, 103.8), "SI": (46.1, 14.8), "SK": (48.7, 19.5),
    "TH": (15.0, 100.0), "TR": (39.0, 35.0), "TW": (23.5, 121.0), "UA": (49.0, 32.0),
    "US": (39.8, -98.6), "VN": (16.0, 106.0), "ZA": (-29.0, 24.0),
}  # fmt: skip

# Where an address is only fully known with its state, and so where "the same region" means it.
COUNTRIES_WITH_REGIONS = frozenset({"US", "CA", "AU"})


def centre(country: str, region: str) -> Point | None:
    """The middle of the state or country, None when the table does not hold it."""
    if country == "US" and region in US_STATES:
        return US_STATES[region]
    return COUNTRIES.get(country)


def distance_km(start: Point, end: Point) -> int:
    """Great-circle distance by the haversine formula, whole kilometres."""
    lat_a, lon_a, lat_b, lon_b = map(radians, (*start, *end))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return round(2 * EARTH_RADIUS_KM * asin(sqrt(half)))


@lru_cache(maxsize=10_000)
def apart_km(country_a: str, region_a: str, country_b: str, region_b: str) -> int | None:
    """Between the middles of two states or countries; None where one is not in the table."""
    start, goal = centre(country_a, region_a), centre(country_b, region_b)
    return distance_km(start, goal) if start and goal else None


def same_region(country_a: str, region_a: str, country_b: str, region_b: str) -> bool:
    """The same state where states matter, the same country elsewhere."""
    if country_a != country_b:
        return False
    return country_a not in COUNTRIES_WITH_REGIONS or region_a == region_b

"""Countries, currencies and item categories that Easyship knows.

Source: Easyship 2024-09, schemas CountryAlpha2 and Currency, GET /item_categories, and the field
notes of Address. Exchange rates are fixed and invented: the same request always costs the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

COUNTRY_CODES = tuple(
    (
        "AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO"
        " BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK"
        " DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR"
        " GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM"
        " KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP"
        " MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL"
        " PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST"
        " SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG"
        " VI VN VU WF WS YE YT ZA ZM ZW"
    ).split()
)
COUNTRIES = frozenset(COUNTRY_CODES)
CURRENCIES = frozenset(
    (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN"
        " BWP BYR BZD CAD CDF CHF CLF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB"
        " EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK"
        " JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LVL LYD MAD MDL"
        " MGA MKD MMK MNT MOP MRO MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK"
        " PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SKK SLL SOS SRD SSP STD"
        " SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF"
        " XAG XAU XCD XDR XOF XPF YER ZAR ZMW BTC JEP EEK GHC MTL TMM YEN ZWD ZWL ZWN ZWR"
    ).split()
)
STATE_NEEDED = frozenset("AU CA CN ID MX MY TH US VN".split())
WITHOUT_POSTCODE = frozenset(
    (
        "AE AG AN AO AW BF BH BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GD GH GM GN GQ GW GY"
        " HK JM KE KI KM KN KP LC LR LY ML MO MR MS MU MW MZ NA NR NU PA QA RW SA SB SC SL SO SR ST"
        " SY TF TG TK TL TM TO TT TV TZ UG VU YE ZW"
    ).split()
)
# Name, ISO 3166-1 alpha-3 code; other countries go by their code.
COUNTRY_NAMES = {
    "AU": ("Australia", "AUS"),
    "CA": ("Canada", "CAN"),
    "CN": ("China", "CHN"),
    "DE": ("Germany", "DEU"),
    "ES": ("Spain", "ESP"),
    "FR": ("France", "FRA"),
    "GB": ("United Kingdom", "GBR"),
    "HK": ("Hong Kong", "HKG"),
    "IE": ("Ireland", "IRL"),
    "IT": ("Italy", "ITA"),
    "JP": ("Japan", "JPN"),
    "MX": ("Mexico", "MEX"),
    "NL": ("Netherlands", "NLD"),
    "NZ": ("New Zealand", "NZL"),
    "PH": ("Philippines", "PHL"),
    "PL": ("Poland", "POL"),
    "SE": ("Sweden", "SWE"),
    "SG": ("Singapore", "SGP"),
    "US": ("United States", "USA"),
}
CURRENCY_OF = {"AU": "AUD", "CA": "CAD", "GB": "GBP", "HK": "HKD", "SG": "SGD", "US": "USD"} | (
    dict.fromkeys(("DE", "ES", "FR", "IE", "IT", "NL"), "EUR")
)
PER_DOLLAR = {
    "USD": Decimal(1),
    "AUD": Decimal("1.50"),
    "CAD": Decimal("1.36"),
    "EUR": Decimal("0.92"),
    "GBP": Decimal("0.79"),
    "HKD": Decimal("7.80"),
    "JPY": Decimal(150),
    "PHP": Decimal(57),
    "SGD": Decimal("1.34"),
}
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Category:
    id: int
    slug: str
    name: str
    hs_code: str
    has_battery: bool = False
    has_liquids: bool = False


CATEGORIES = (
    Category(1, "mobile_phones", "Mobile Phones", "85171300", has_battery=True),
    Category(2, "tablets", "Tablets", "84713000", has_battery=True),
    Category(3, "computers_laptops", "Computers & Laptops", "84713000", has_battery=True),
    Category(4, "cameras", "Cameras", "85258900", has_battery=True),
    Category(5, "accessory_no_battery", "Accessory (no-battery)", "85171400"),
    Category(6, "accessory_with_battery", "Accessory (with battery)", "85171400", has_battery=True),
    Category(7, "health_beauty", "Health & Beauty", "33040000", has_liquids=True),
    Category(8, "fashion", "Fashion", "62032900"),
    Category(9, "watches", "Watches", "91021900"),
    Category(10, "home_appliances", "Home Appliances", "85098000"),
    Category(11, "home_decor", "Home Decor", "94038990"),
    Category(12, "toys", "Toys", "95030099"),
    Category(13, "sport_leisure", "Sport & Leisure", "9506910000"),
    Category(14, "bags_luggages", "Bags & Luggages", "42029210"),
    Category(15, "audio_video", "Audio Video", "85198160"),
    Category(16, "documents", "Documents", "49011000"),
    Category(17, "jewelry", "Jewelry", "71022900"),
    Category(18, "dry_food_supplements", "Dry Food & Supplements", "17049000"),
    Category(19, "books_collectibles", "Books & Collectibles", "49019900"),
    Category(20, "pet_accessory", "Pet Accessory", "42010000"),
)
DOCUMENTS = "Documents"
_CATEGORY_OF = {key: c for c in CATEGORIES for key in (c.slug, c.name.lower())}
_CATEGORY_BY_ID = {c.id: c for c in CATEGORIES}


def category_named(name: str | None) -> Category | None:
    """By slug or by display name."""
    return _CATEGORY_OF.get((name or "").strip().lower())


def category_by_id(number: int | None) -> Category | None:
    return _CATEGORY_BY_ID.get(number or 0)


def currency_of(country: str) -> str:
    return CURRENCY_OF.get(country, "USD")


def converted(amount: Decimal, source: str, target: str) -> Decimal:
    """To two places; a currency without a rate counts like the dollar."""
    in_dollars = amount / PER_DOLLAR.get(source, Decimal(1))
    return (in_dollars * PER_DOLLAR.get(target, Decimal(1))).quantize(CENT, ROUND_HALF_UP)


def country_name(code: str) -> str:
    return COUNTRY_NAMES.get(code, (code, code))[0]


def country_iso3(code: str) -> str:
    return COUNTRY_NAMES.get(code, (code, code))[1]

"""Words that head a column or stand before a value, in common spellings."""

from __future__ import annotations

import re

from orders.rules.addresses import tidied
from orders.rules.countries import folded

_SPELLINGS = {
    "name": "name|full name|fullname|recipient|recipient name|customer|customer name|contact"
    "|contact name|contact person|ship to name|attn|attention|consignee|addressee|client|receiver"
    "|receiver name|empfanger|kunde|nom|nom complet|destinataire|nom et prenom|ansprechpartner",
    "first": "first name|firstname|first|given name|forename|vorname|prenom",
    "last": "last name|lastname|last|surname|family name|nachname|nom de famille|familienname",
    "company": "company|company name|organization|organisation|business|business name|firma"
    "|firmenname|unternehmen|societe|entreprise|raison sociale",
    "phone": "phone|phone number|phone no|phone #|telephone|telephone number|tel|tel no|mobile"
    "|mobile number|mobile no|mobile phone|cell|cell phone|cellphone|ph|mob|contact number"
    "|contact no|telefon|telefonnummer|handy|mobil|mobilnummer|portable|telephone portable"
    "|rufnummer|numero de telephone|whatsapp|phone 1|cp number",
    "email": "email|e mail|mail|email address|e mail address|e mail adresse|email adresse"
    "|courriel|adresse email|adresse e mail|mailadresse",
    "contact": "phone email|phone and email|email phone|phone / email|email / phone|phone/email"
    "|email/phone|contact details|contact info|phone & email",
    "address": "address|full address|complete address|street|adresse|anschrift|addr|postal address"
    "|lieferadresse|mailing address|adresse de livraison|lieferanschrift|adresse complete|location",
    "address_1": "address 1|address1|address line 1|address line1|addressline1|street address"
    "|street 1|street1|line 1|line1|strasse|straße|strasse und hausnummer|straße und hausnummer"
    "|strasse hausnummer|rue|voie|adresse 1|adresse ligne 1|addr 1|addr1|address one|street name"
    "|strasse nr|straße nr|adresszeile 1|street and number|house number and street",
    "number": "house number|house no|hausnummer|hausnr|street number|nr|numero",
    "address_2": "address 2|address2|address line 2|address line2|addressline2|street 2|street2"
    "|line 2|line2|apt|apartment|suite|unit|adresse 2|adresszusatz|complement d adresse"
    "|complement|addr 2|addr2|apt suite|apt / suite|apt/suite|adresszeile 2|zusatz|barangay|brgy"
    "|building|floor|flat",
    "city": "city|town|city/town|city / town|town/city|town / city|locality|suburb|municipality"
    "|ort|stadt|wohnort|ville|commune|post town|city/municipality|city / municipality",
    "state": "state|province|region|county|state/province|state / province|state province"
    "|province/state|st|prov|bundesland|departement|state/region|state / region|state code"
    "|province code|land (bundesland)|state/county|kanton",
    "postal_code": "postcode|post code|postal code|postalcode|zip|zip code|zipcode|zip/postal code"
    "|zip / postal code|postal|zip/postcode|plz|postleitzahl|code postal|cp|eircode|zip postal code"
    "|postal/zip code|postal / zip code|postcode/zip|postcode / zip|pin code|pincode",
    "country": "country|country code|country name|land|pays|nation|country/region"
    "|country / region|staat|lander|country region",
    "city_line": "plz ort|plz/ort|plz / ort|plz, ort|plz und ort|city state zip|city, state, zip"
    "|city, state zip|city/state/zip|city / state / zip|code postal et ville|cp ville|cp/ville",
    "note": "note|notes|comment|comments|instructions|delivery instructions|special instructions"
    "|order|order number|order no|order id|sku|item|items|quantity|qty|product|products|ref"
    "|reference|bemerkung|bestellnummer|remarque",
    "intro": "ship to|shipto|deliver to|delivery address|shipping address|send to|mail to"
    "|shipping|delivery|livraison|an|to|ship to address|shipping details|delivery details"
    "|customer details|recipient details|order for|billing address|bill to",
}  # fmt: skip
FIELD_OF = {folded(word): field for field, words in _SPELLINGS.items() for word in words.split("|")}
_BEFORE = re.compile(
    r"^(?:ship(?:ping)?(?: to)?|deliver(?:y|y to)?|recipient(?: s)?|customer(?: s)?|buyer(?: s)?"
    r"|receiver(?: s)?|billing|your|contact)[ _]+"
)
LONGEST = 45
_SPLIT_AT = re.compile(r"[:=]")


def field_named(text: str) -> str:
    """The field that a heading or label means, "" when it is none."""
    if len(text) > LONGEST:
        return ""
    word = folded(tidied(text).strip("*:#=. ").replace("_", " "))
    return FIELD_OF.get(word) or FIELD_OF.get(_BEFORE.sub("", word), "")


def label_of(line: str) -> tuple[str, str]:
    """Field and value of a labelled line, two empty texts for any other."""
    found = _SPLIT_AT.search(line, 0, LONGEST + 10)
    if found is None:
        return "", ""
    field = field_named(line[: found.start()].lstrip(" -*•>"))
    return (field, line[found.end() :].strip()) if field else ("", "")


def labelled_parts(line: str) -> list[tuple[str, str]]:
    """Field and value of every label in a line; words before the first have the field ""."""
    marks: list[tuple[int, int, str]] = []
    for found in _SPLIT_AT.finditer(line):
        floor = max(marks[-1][1] if marks else 0, found.start() - LONGEST)
        start, field = _label_before(line, floor, found.start())
        if field:
            marks.append((start, found.end(), field))
    if not marks:
        return [("", line)]
    ends = [start for start, _, _ in marks[1:]] + [len(line)]
    parts = [(f, line[at:end].strip(" ,;|\t")) for (_, at, f), end in zip(marks, ends, strict=True)]
    before = line[: marks[0][0]].strip(" ,;|\t-*•>")
    return [("", before), *parts] if before else parts


def _label_before(line: str, floor: int, end: int) -> tuple[int, str]:
    """Where the longest label that ends here starts, and its field."""
    before = line[floor:end]
    starts = [0] + [m.end() for m in re.finditer(r"[\s,;|]+", before)]
    for start in starts[-6:]:
        # A label begins the line or stands after a blank or a separator.
        if floor + start and not re.match(r"[\s,;|:=]", line[floor + start - 1]):
            continue
        field = field_named(before[start:])
        if field:
            return floor + start, field
    return end, ""

"""Problems of parcels, of what is in them, and of customs."""

from __future__ import annotations

from carriers.problems.kinds import LISTINGS, SELLABLES, STOCK, WAREHOUSE_LINKS, Problem

GOODS_PROBLEMS = (
    Problem(
        code="parcel.weight_required",
        field="package.weight_g",
        cause="The parcel has no weight, and without one nothing can be rated.",
        fix="Give the products their weight, then try again: the order is packed anew.",
        url_name=SELLABLES,
    ),
    Problem(
        code="parcel.over_weight",
        field="package.weight_g",
        cause="The parcel is heavier than the service takes.",
        fix="Place the order anew in parts, or with a carrier that takes heavy parcels.",
    ),
    Problem(
        code="parcel.size_required",
        field="package.length_mm",
        cause="A side of the parcel or of a product has no length.",
        fix="Give the products their size, then try again: the order is packed anew.",
        url_name=SELLABLES,
    ),
    Problem(
        code="parcel.over_size",
        field="package.length_mm",
        cause="The parcel is larger than the service takes.",
        fix="Place the order anew in parts, or with a carrier that takes large parcels.",
    ),
    Problem(
        code="parcel.box_invalid",
        field="package",
        cause="The platform does not know the box, or the box lacks a name or a size.",
        fix="Correct the box at the platform, or leave the choice of the box to us.",
    ),
    Problem(
        code="packing.several_boxes",
        field="package",
        cause="The order needs several boxes, and a shipment is one parcel where it is booked.",
        fix="Split the order, save a box that holds all of it, or pick another platform; then try "
        "again.",
    ),
    Problem(
        code="packing.outdated",
        field="package",
        cause="The lines of the order changed after its boxes were packed.",
        fix="Try again: the order is packed and booked anew.",
    ),
    Problem(
        code="parcel.value_required",
        field="lines.unit_price",
        cause="An item has no value, and carriers do not take worthless goods.",
        fix="Place the order anew with a price on every line.",
    ),
    Problem(
        code="parcel.contents_incomplete",
        field="lines",
        cause="A line lacks something that the platform insists on.",
        fix="Complete title, value and category of the products of this order.",
        url_name=SELLABLES,
    ),
    Problem(
        code="parcel.hazardous",
        field="lines",
        cause="The service does not carry dangerous goods such as loose batteries.",
        fix="Place the order anew with a carrier that takes dangerous goods.",
    ),
    Problem(
        code="customs.hs_required",
        field="sellable.hs_code",
        cause="A product has neither a customs code (HS) nor a category.",
        fix="Give the product its HS code, then try again.",
        url_name=SELLABLES,
    ),
    Problem(
        code="customs.hs_invalid",
        field="sellable.hs_code",
        cause="A customs code (HS) does not have the number of digits that is wanted.",
        fix="Correct the HS code of the product.",
        url_name=SELLABLES,
    ),
    Problem(
        code="customs.description_required",
        field="sellable.customs_description",
        cause="Customs wants a description of every product and one has none.",
        fix="Describe the product for customs, then try again.",
        url_name=SELLABLES,
    ),
    Problem(
        code="customs.origin_required",
        field="sellable.origin_country",
        cause="Customs wants the country of origin of every product and one has none.",
        fix="Give the product its country of origin, then try again.",
        url_name=SELLABLES,
    ),
    Problem(
        code="customs.tax_id_required",
        field="ship_to",
        cause="The country of destination wants a tax or importer's number.",
        fix="Ask the customer for the number and enter it at the platform.",
    ),
    Problem(
        code="customs.amount_invalid",
        field="lines.unit_price",
        cause="An amount that duties are reckoned from is no number.",
        fix="Place the order anew with correct prices.",
    ),
    Problem(
        code="customs.no_tax_record",
        cause="The platform knows no duties from this origin to this destination.",
        fix="Ship without duties paid in advance; the customer pays them on arrival.",
    ),
    Problem(
        code="catalog.not_listed",
        field="lines.sku",
        cause="A product is not listed at the platform, or is listed there twice.",
        fix="List the SKU there exactly once, then try again.",
        url_name=LISTINGS,
    ),
    Problem(
        code="catalog.sku_required",
        field="sellable.sku",
        cause="The platform wants a SKU for every product and one came without.",
        fix="Give the product its SKU, then try again.",
        url_name=SELLABLES,
    ),
    Problem(
        code="warehouse.not_linked",
        field="warehouse",
        cause="The platform does not know the warehouse that the goods leave from.",
        fix="Give it there the same code or name, or enter its id here; then try again.",
        url_name=WAREHOUSE_LINKS,
    ),
    Problem(
        code="warehouse.short_at_platform",
        field="lines.quantity",
        cause="The platform's own stock does not cover the order in one warehouse.",
        fix="Correct the stock at the platform, then try again.",
        url_name=STOCK,
    ),
    Problem(
        code="catalog.gone_there",
        field="sellable",
        cause="The platform does not list the product any more.",
        fix="List it there again, or leave it: nothing here was changed.",
        url_name=LISTINGS,
        is_assignable=False,
    ),
    Problem(
        code="catalog.other_sku_there",
        field="sellable.sku",
        cause="The item that this product is linked to has another SKU at the platform by now.",
        fix="Give it there its SKU again, or link another item in the work list of the catalog.",
        url_name=LISTINGS,
        is_assignable=False,
    ),
)

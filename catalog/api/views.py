"""The catalog over REST: a merchant keeps its products and sees where they are listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.principals import label_of
from carriers.models import PLATFORM_CHOICES
from catalog.api.serializers import (
    PlatformListingSerializer,
    ProductSerializer,
    SellableSerializer,
)
from catalog.models import PlatformListing, Product, Sellable
from catalog.services import (
    change_product,
    change_sellable,
    create_product,
    create_sellable,
    remove_product,
    remove_sellable,
)
from shipping_project.kernel.api.asked import Expansion
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.filters import TrueOrFalse

CATALOG_SCOPES = {"read": "catalog:read", "write": "catalog:write"}


def products_of(sellables: Sequence[Sellable]) -> Mapping[Any, object]:
    ids = {sellable.product_id for sellable in sellables}
    rows = Product.objects.filter(pk__in=ids).select_related("organization")
    told = {row.pk: ProductSerializer(row).data for row in rows}
    return {sellable.pk: told.get(sellable.product_id) for sellable in sellables}


def sellables_of(listings: Sequence[PlatformListing]) -> Mapping[Any, object]:
    ids = {listing.sellable_id for listing in listings}
    rows = Sellable.objects.filter(pk__in=ids).select_related("organization")
    told = {row.pk: SellableSerializer(row).data for row in rows}
    return {listing.pk: told.get(listing.sellable_id) for listing in listings}


class ProductFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    organization = filters.CharFilter(field_name="organization__slug")
    brand = filters.CharFilter()
    category = filters.CharFilter()
    tag = filters.CharFilter(method="by_tag")
    is_active = TrueOrFalse()
    search = filters.CharFilter(field_name="title", lookup_expr="icontains")

    def by_tag(self, rows: Any, name: str, value: str) -> QuerySet[Product]:
        found: QuerySet[Product] = rows.tagged(value)
        return found


class SellableFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter(field_name="organization__slug")
    sku = filters.CharFilter()
    barcode = filters.CharFilter()
    hs_code = filters.CharFilter(lookup_expr="startswith")
    brand = filters.CharFilter(field_name="product__brand")
    category = filters.CharFilter(field_name="product__category")
    tag = filters.CharFilter(method="by_tag")
    is_dangerous = TrueOrFalse(method="by_danger")
    is_active = TrueOrFalse()
    blocks_export = TrueOrFalse(method="by_export")
    search = filters.CharFilter(method="by_search")

    def by_export(self, rows: Any, name: str, value: bool) -> QuerySet[Sellable]:
        found: QuerySet[Sellable] = rows.blocking_export() if value else rows.ready_for_export()
        return found

    def by_tag(self, rows: Any, name: str, value: str) -> QuerySet[Sellable]:
        found: QuerySet[Sellable] = rows.tagged(value)
        return found

    def by_danger(self, rows: Any, name: str, value: bool) -> QuerySet[Sellable]:
        found: QuerySet[Sellable] = rows.dangerous() if value else rows.harmless()
        return found

    def by_search(self, rows: Any, name: str, value: str) -> QuerySet[Sellable]:
        found: QuerySet[Sellable] = rows.search(value)
        return found


class ListingFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter(field_name="sellable__organization__slug")
    sku = filters.CharFilter(field_name="sellable__sku")
    platform = filters.ChoiceFilter(choices=PLATFORM_CHOICES)
    external_ref = filters.CharFilter()


class ProductViewSet(ReadOnlyViewSet[Product]):
    queryset = Product.objects.all()
    serializer_class = ProductSerializer
    filterset_class = ProductFilter
    required_scopes = CATALOG_SCOPES

    def get_queryset(self) -> QuerySet[Product]:
        rows: QuerySet[Product] = Product.objects.visible_to(self.request.user)
        return rows.select_related("organization")

    def create(self, request: Request) -> Response:
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        product = create_product(
            product=Product(**form.validated_data), actor=label_of(request.user)
        )
        return Response(self.get_serializer(product).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        product = self.get_object()
        form = self.get_serializer(product, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        change_product(product=product, changes=form.validated_data, actor=label_of(request.user))
        return Response(self.get_serializer(product).data)

    @extend_schema(responses={204: None, 200: ProductSerializer})
    def destroy(self, request: Request, pk: str) -> Response:
        """204 when it is gone; 200 with the row when it has sellables and was switched off."""
        product = self.get_object()
        if remove_product(product=product, actor=label_of(request.user)):
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(self.get_serializer(product).data)


class SellableViewSet(ReadOnlyViewSet[Sellable]):
    """One SKU each. Weight is grams of one unit as packed, sizes are millimetres."""

    queryset = Sellable.objects.all()
    serializer_class = SellableSerializer
    filterset_class = SellableFilter
    expansions = {"product": Expansion(serializer=ProductSerializer, tell=products_of)}
    required_scopes = CATALOG_SCOPES

    def get_queryset(self) -> QuerySet[Sellable]:
        rows: QuerySet[Sellable] = Sellable.objects.visible_to(self.request.user)
        return rows.select_related("organization")

    def create(self, request: Request) -> Response:
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        sellable = create_sellable(
            sellable=Sellable(**form.validated_data), actor=label_of(request.user)
        )
        return Response(self.get_serializer(sellable).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        sellable = self.get_object()
        form = self.get_serializer(sellable, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        change_sellable(
            sellable=sellable, changes=form.validated_data, actor=label_of(request.user)
        )
        return Response(self.get_serializer(sellable).data)

    @extend_schema(responses={204: None, 200: SellableSerializer})
    def destroy(self, request: Request, pk: str) -> Response:
        """204 when it is gone; 200 with the row when something refers to it: switched off."""
        sellable = self.get_object()
        if remove_sellable(sellable=sellable, actor=label_of(request.user)):
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(self.get_serializer(sellable).data)


class PlatformListingViewSet(ReadOnlyViewSet[PlatformListing]):
    """The ids under which the platforms know the sellables."""

    queryset = PlatformListing.objects.all()
    serializer_class = PlatformListingSerializer
    filterset_class = ListingFilter
    expansions = {"sellable": Expansion(serializer=SellableSerializer, tell=sellables_of)}
    required_scopes = {"read": "catalog:read"}

    def get_queryset(self) -> QuerySet[PlatformListing]:
        rows: QuerySet[PlatformListing] = PlatformListing.objects.visible_to(self.request.user)
        return rows.select_related("sellable__organization")

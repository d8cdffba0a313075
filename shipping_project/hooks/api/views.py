"""Webhooks to partners over REST: endpoints, messages, replay."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Role
from accounts.permissions import MANAGERS
from accounts.principals import label_of
from shipping_project.hooks.api.serializers import (
    DeliverySerializer,
    EndpointSerializer,
    NewEndpointSerializer,
    WebhookEventsSerializer,
)
from shipping_project.hooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from shipping_project.hooks.rules.events import known_events
from shipping_project.hooks.services import (
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    replay,
    resume_endpoint,
    rotate_secret,
    send_test,
)
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.pagination import whole_list

SCOPES = {"read": "webhooks:read", "write": "webhooks:write"}
# Who may say where an organization's news go to.
STEERERS = MANAGERS | {Role.PARTNER.value}


class EndpointViewSet(ReadOnlyViewSet[WebhookEndpoint]):
    """Addresses that are told of what happens. Messages are signed by Standard Webhooks."""

    serializer_class = EndpointSerializer
    # A repeat under the same Idempotency-Key must not get these answers.
    tells_secrets = frozenset({"create", "rotate"})
    queryset = WebhookEndpoint.objects.order_by("-id")
    required_scopes = SCOPES
    read_roles = write_roles = STEERERS

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        rows: QuerySet[WebhookEndpoint] = WebhookEndpoint.objects.visible_to(self.request.user)
        return rows.select_related("organization").order_by("-id")

    @extend_schema(
        request=EndpointSerializer,
        responses={201: NewEndpointSerializer},
        examples=[
            OpenApiExample(
                "All of orders and labels",
                value={
                    "url": "https://shop.example/hooks/shipping",
                    "events": ["order.*", "shipment.labelled"],
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request) -> Response:
        """The answer holds the secret that messages are signed with; it is not shown again."""
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        facts = given.validated_data
        endpoint = create_endpoint(
            organization_id=facts["organization"].pk,
            url=facts["url"],
            events=facts["events"],
            description=facts.get("description", ""),
            actor=label_of(request.user),
        )
        return Response(self._with_secret(endpoint), status=status.HTTP_201_CREATED)

    @extend_schema(request=EndpointSerializer, responses=EndpointSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        endpoint = self.get_object()
        given = self.get_serializer(endpoint, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        changes = {k: v for k, v in given.validated_data.items() if k != "organization"}
        change_endpoint(endpoint=endpoint, actor=label_of(request.user), **changes)
        return Response(self.get_serializer(endpoint).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """What waits for it is dropped with it."""
        delete_endpoint(endpoint=self.get_object(), actor=label_of(request.user))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=NewEndpointSerializer)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate(self, request: Request, pk: str) -> Response:
        """A new secret; for 24 hours messages bear a signature of the old one, too."""
        endpoint = self.get_object()
        rotate_secret(endpoint=endpoint, actor=label_of(request.user))
        return Response(self._with_secret(endpoint))

    @extend_schema(request=None, responses=EndpointSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Go on after a pause with what waits, the oldest first."""
        endpoint = self.get_object()
        resume_endpoint(endpoint=endpoint, actor=label_of(request.user))
        return Response(self.get_serializer(endpoint).data)

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Send `webhook.test`; look at the delivery to see what came of it."""
        delivery = send_test(endpoint=self.get_object())
        return Response(DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)

    def _with_secret(self, endpoint: WebhookEndpoint) -> dict[str, object]:
        return {**self.get_serializer(endpoint).data, "secret": endpoint.secret}


class DeliveryFilter(filters.FilterSet):  # type: ignore[misc] # ships no types
    state = filters.ChoiceFilter(choices=DeliveryState.choices)
    event = filters.CharFilter()
    endpoint = filters.NumberFilter(field_name="endpoint_id", min_value=1, max_value=2**62)

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []


class DeliveryViewSet(ReadOnlyViewSet[WebhookDelivery]):
    """Messages of the last 30 days with what came of them, newest first."""

    serializer_class = DeliverySerializer
    queryset = WebhookDelivery.objects.order_by("-id")
    filterset_class = DeliveryFilter
    required_scopes = SCOPES
    read_roles = write_roles = STEERERS

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        rows: QuerySet[WebhookDelivery] = WebhookDelivery.objects.visible_to(self.request.user)
        return rows.order_by("-id")

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Send the message again under the same id."""
        delivery = self.get_object()
        replay(delivery=delivery, actor=label_of(request.user))
        return Response(self.get_serializer(delivery).data, status=status.HTTP_202_ACCEPTED)


class EventsView(APIView):
    """What an endpoint can ask for."""

    required_scopes = SCOPES
    read_roles = STEERERS

    @extend_schema(responses=WebhookEventsSerializer)
    def get(self, request: Request) -> Response:
        return whole_list(
            [{"name": name, "meaning": meaning} for name, meaning in known_events().items()]
        )

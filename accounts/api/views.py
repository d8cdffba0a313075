"""Logging in by token, and the administration of who may use the API."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.contrib.auth import authenticate
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.addresses import current_address
from accounts.api.serializers import (
    ApiKeySerializer,
    CredentialsSerializer,
    MeSerializer,
    NewApiKeySerializer,
    OrganizationSerializer,
    RefreshSerializer,
    RotationSerializer,
    TokensSerializer,
    UserSerializer,
)
from accounts.models import ApiKey, Organization, User
from accounts.permissions import ADMINISTRATORS, MANAGERS
from accounts.principals import label_of
from accounts.services.keys import KeyTerms, create_api_key, revoke_api_key, rotate_api_key
from accounts.services.logins import refuse_locked
from accounts.services.tokens import log_in, refresh_tokens, revoke
from accounts.throttling import CallerThrottle, LoginThrottle
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet


class TokenView(APIView):
    """Name and password for a pair of tokens."""

    keeps_answers = False
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [LoginThrottle]

    @extend_schema(
        request=CredentialsSerializer,
        responses=TokensSerializer,
        examples=[
            OpenApiExample(
                "A login",
                value={"username": "partner-alder", "password": "your password"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        given = CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = authenticate(request._request, **given.validated_data)
        if not isinstance(user, User):
            name, address = given.validated_data["username"], current_address() or ""
            refuse_locked(name=name, address=address)
            raise AuthenticationFailed("Name or password is wrong.")
        return Response(log_in(user))

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class RefreshView(APIView):
    """A refresh token for a new pair; each can be used once."""

    keeps_answers = False
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [LoginThrottle]

    @extend_schema(request=RefreshSerializer, responses=TokensSerializer)
    def post(self, request: Request) -> Response:
        given = RefreshSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(refresh_tokens(given.validated_data["refresh"]))

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class LogoutView(APIView):
    """Uses the refresh token up."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [CallerThrottle]

    @extend_schema(request=RefreshSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        given = RefreshSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        revoke(given.validated_data["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    """Who the caller is; any valid key may ask."""

    permission_classes = [IsAuthenticated]

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(cast("None", request.user)).data)


class OrganizationViewSet(ReadOnlyViewSet[Organization]):
    serializer_class = OrganizationSerializer
    read_roles = MANAGERS
    required_scopes: dict[str, str] = {}
    queryset = Organization.objects.select_related("unrouted_owner").order_by("-id")

    def get_queryset(self) -> QuerySet[Organization]:
        organization_id = getattr(self.request.user, "organization_id", None)
        everything = super().get_queryset()
        return everything.filter(pk=organization_id) if organization_id else everything


class UserViewSet(ReadOnlyViewSet[User]):
    serializer_class = UserSerializer
    read_roles = MANAGERS
    required_scopes: dict[str, str] = {}
    queryset = User.objects.order_by("-id")

    def get_queryset(self) -> QuerySet[User]:
        organization_id = getattr(self.request.user, "organization_id", None)
        everything = super().get_queryset()
        return everything.filter(organization_id=organization_id) if organization_id else everything


class ApiKeyViewSet(ReadOnlyViewSet[ApiKey]):
    """Keys of the organization. The secret is in the answer to the creation and nowhere else."""

    serializer_class = ApiKeySerializer
    # A repeat under the same Idempotency-Key must not get these answers.
    tells_secrets = frozenset({"create", "rotate"})
    queryset = ApiKey.objects.order_by("-id")
    read_roles = MANAGERS
    write_roles = ADMINISTRATORS
    required_scopes: dict[str, str] = {}

    def get_queryset(self) -> QuerySet[ApiKey]:
        rows: QuerySet[ApiKey] = ApiKey.objects.visible_to(self.request.user)
        return rows.select_related("organization", "replaced_by").order_by("-id")

    @extend_schema(request=ApiKeySerializer, responses={201: NewApiKeySerializer})
    def create(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        facts = given.validated_data
        key, secret = create_api_key(
            organization_id=facts["organization"].pk,
            terms=KeyTerms(
                name=facts["name"],
                scopes=facts["scopes"],
                networks=facts.get("networks", ()),
                rate=facts.get("rate", ""),
                order_rate=facts.get("order_rate", ""),
                expires_at=facts.get("expires_at"),
            ),
            actor=label_of(request.user),
            created_by_id=request.user.pk,
        )
        return self._shown(key, secret)

    @extend_schema(request=RotationSerializer, responses={201: NewApiKeySerializer})
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """A new key on the same terms; both work until the overlap is over."""
        given = RotationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        key, secret = rotate_api_key(
            key=self.get_object(),
            overlap=timedelta(hours=given.validated_data["overlap_hours"]),
            actor=label_of(request.user),
            created_by_id=request.user.pk,
        )
        return self._shown(key, secret)

    def _shown(self, key: ApiKey, secret: str) -> Response:
        answer = {**self.get_serializer(key).data, "key": secret}
        return Response(answer, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ApiKeySerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """The key stops working at once; a repeat changes nothing."""
        key = self.get_object()
        revoke_api_key(key=key, actor=label_of(request.user))
        key.refresh_from_db()
        return Response(self.get_serializer(key).data)

"""Organizations, the people and keys that act for them, and the trail of what they did."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.querysets import OwnedQuerySet
from shipping_project.kernel.models import Timestamped

# Of whoever is named in a history.
LONGEST_ACTOR = 120
# Of an Idempotency-Key.
LONGEST_KEY = 200


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", "Administrator"
    MANAGER = "manager", "Manager"
    OPERATOR = "operator", "Operator"
    AUDITOR = "auditor", "Auditor (read only)"
    PARTNER = "partner", "Partner"


class Organization(Timestamped):
    """A merchant whose orders we ship; everything it owns is invisible to the others."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=40, unique=True)
    is_active = models.BooleanField(default=True)
    allows_split = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether an order that no warehouse can send alone is sent from several, where "
        "no rule says otherwise.",
    )
    assigns_batches = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether orders that are not urgent wait some minutes to be assigned to "
        "warehouses together, so that all of them cost least.",
    )
    unrouted_owner = models.ForeignKey(
        "accounts.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="looks after orders without a route",
        help_text="Staff, or a person of the organization; empty: the managers.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError where the owner would not see the orders."""
        owner = self.unrouted_owner
        if owner is None:
            return
        if not owner.is_active or owner.organization_id not in (None, self.pk):
            words = f"{owner.username} does not see the orders of {self.name}."
            raise ValidationError({"unrouted_owner": f"{words} Name another one, or nobody."})


class Users(UserManager["User"]):
    """Superusers made on the command line are administrators."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra: object
    ) -> User:
        extra.setdefault("role", Role.ADMINISTRATOR)
        return super().create_superuser(username, email, password, **extra)


class User(AbstractUser):
    """A person. Without an organization: staff, who see all of them."""

    role = models.CharField(max_length=14, choices=Role.choices, default=Role.OPERATOR)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    warehouses = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        blank=True,
        help_text="Codes of the warehouses whose orders and stock the person sees; none for all.",
    )

    objects: ClassVar[Users] = Users()

    class Meta:
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(role="partner") | Q(organization__isnull=False),
                name="partner_has_an_organization",
            ),
            models.UniqueConstraint(
                Lower("email"), condition=~Q(email=""), name="one_user_per_email"
            ),
        ]

    @property
    def label(self) -> str:
        """As histories name the person, cut to what their columns hold."""
        return (self.get_full_name() or self.username)[:LONGEST_ACTOR]

    @property
    def may_act(self) -> bool:
        """Not once the person, or the organization they belong to, was switched off."""
        return self.is_active and (self.organization is None or self.organization.is_active)


class ApiKey(models.Model):
    """A partner's key. Only its SHA-256 is kept; the secret has 190 bits, so no slow hash."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="api_keys"
    )
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    networks = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        blank=True,
        help_text="Where it may be used from, such as 203.0.113.0/24; empty for anywhere.",
    )
    rate = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        help_text='Requests it may make, such as "5000/h"; empty for the usual.',
    )
    order_rate = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        help_text='Orders it may create, such as "300/m"; empty for the usual.',
    )
    replaced_by = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaces"
    )
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = OwnedQuerySet["ApiKey"].as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_valid_at(self, moment: datetime) -> bool:
        expired = self.expires_at is not None and self.expires_at <= moment
        return self.revoked_at is None and not expired and self.organization.is_active


class AuditEntry(models.Model):
    """One change by anybody; never changed or deleted."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=LONGEST_ACTOR)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, help_text='Such as "orders.order:42".')
    label = models.CharField(max_length=200, blank=True, default="")
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True, default="")
    address = models.GenericIPAddressField(null=True, blank=True)
    seal_number = models.BigIntegerField(
        null=True, blank=True, unique=True, help_text="Its place in the chain; empty until sealed."
    )
    seal = models.CharField(max_length=64, blank=True, default="", db_default="")

    objects: ClassVar = OwnedQuerySet["AuditEntry"].as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["subject", "-id"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.subject}"


class KeptAnswer(models.Model):
    """What a POST with an `Idempotency-Key` was answered; without a status it is under way."""

    caller = models.CharField(max_length=64, help_text="A hash of the person or key.")
    key = models.CharField(max_length=LONGEST_KEY)
    digest = models.CharField(max_length=64, help_text="Over method, path and body.")
    claimed_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    content_type = models.CharField(max_length=100, blank=True, default="")
    body = models.BinaryField(default=b"", blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status or 'under way'}"


class LoginSubject(models.TextChoices):
    NAME = "name", "User name"
    ADDRESS = "address", "Address"


class LoginLock(models.Model):
    """Failed attempts under one name or from one address, and until when it is locked.

    Written by `accounts.services.logins` alone.
    """

    kind = models.CharField(max_length=7, choices=LoginSubject.choices)
    value = models.CharField(max_length=150)
    failures = models.PositiveIntegerField(default=0, help_text="Since the last lock.")
    began_at = models.DateTimeField()
    last_failed_at = models.DateTimeField(null=True, blank=True, db_index=True)
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="one_lock_per_subject")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"

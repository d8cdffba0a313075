"""Handing out the files of labels, and getting back those that storage has lost."""

from __future__ import annotations

import logging

from django.core.files import File
from django.db import transaction

from carriers.models import OutboxCommand
from orders.models import LabelState, Order, Package
from orders.services.booking import ask
from orders.services.kinds import FETCH_LABEL
from orders.services.progress import note_event
from orders.services.voids import is_to_be_replaced
from shipping_project.kernel.errors import Conflict, NotFound

logger = logging.getLogger(__name__)


class LabelFileLost(NotFound):
    """The label is bought and recorded, and its file is not where we stored it."""

    code = "label.file_lost"
    title = "The label's file is lost from storage"


class LabelOutdated(Conflict):
    """The label is being given back, so that a parcel must not leave with it."""

    code = "label.outdated"
    title = "This label is being replaced"


def open_label(*, package_id: int) -> File[bytes]:
    """The file of a bought label, opened for reading.

    Raises NotFound where there is none yet, LabelOutdated where another one is to be bought, and
    LabelFileLost where storage has lost it; the platform is asked for it again then, once for
    however many readers.
    """
    package: Package = Package.objects.get(pk=package_id)
    if package.label_state != LabelState.BOUGHT or not package.label_file:
        raise NotFound("This order has no label yet.")
    if is_to_be_replaced(package):
        raise LabelOutdated("It is given back and another one bought; do not ship with it.")
    try:
        opened: File[bytes] = package.label_file.open("rb")
    except FileNotFoundError as exc:
        _fetch_again(package)
        raise LabelFileLost(
            "The label is bought, but its file is gone from our storage. It is being fetched "
            "again from the platform; ask again in a minute."
        ) from exc
    return opened


@transaction.atomic(durable=True)
def _fetch_again(package: Package) -> None:
    """Forget the lost file and ask for it, unless another reader or a cancellation was first.

    While a command of the order is open nothing is done: the next reader asks again.
    """
    order = Order.objects.locked().get(shipments__packages=package.pk)
    if OutboxCommand.objects.in_lane(order.lane).still_open().exists():
        return
    lost = Package.objects.labelled().filter(pk=package.pk, label_file=package.label_file.name)
    if lost.update(label_file="") != 1:
        return
    logger.error("label file lost", extra={"package_id": package.pk})
    note_event(
        order,
        kind=LabelFileLost.code,
        message="The label's file is gone from storage; it is fetched again.",
    )
    ask(package.shipment, FETCH_LABEL, order)

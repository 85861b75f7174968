"""From where something was done for an organisation: the one place that notes it for the pages of the market.

A view calls this once what was asked for is done. Reading is not noted, and a sealed registration never is: it comes
without a session, so that nobody learns who registered (threat-model.md).
"""

from django.http import HttpRequest
from django.utils import timezone

from gongbao.office.audit.actors import PARTY
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account
from gongbao.systems.intermediary_market.organisations import actions
from gongbao.systems.intermediary_market.organisations.models import Organisation


def note_address(request: HttpRequest, organisation: Organisation) -> None:
    """What was asked for was done for the organisation (第三十三条第（二）项)."""
    actor = actor_of(request.user) if isinstance(request.user, Account) else PARTY
    address = str(request.META.get("REMOTE_ADDR", ""))
    actions.note_network_address(organisation, address, actor=actor, at=timezone.now())

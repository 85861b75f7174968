"""Words for what the log keeps as a key."""

from typing import Any

from django.utils.translation import pgettext_lazy

from gongbao.office.audit.actors import ActorKind

ACTORS: dict[str, Any] = {
    ActorKind.ACCOUNT: pgettext_lazy("who acted", "Account"),
    ActorKind.PARTY: pgettext_lazy("who acted", "Somebody outside"),
    ActorKind.SYSTEM: pgettext_lazy("who acted", "The program"),
    ActorKind.KEEPER: pgettext_lazy("who acted", "Keeper of the site"),
}

"""Words for what the log keeps as a key."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext_lazy

from gongbao.office.audit.actors import ActorKind

ACTORS: dict[str, Any] = {
    ActorKind.ACCOUNT: pgettext_lazy("who acted", "Account"),
    ActorKind.PARTY: pgettext_lazy("who acted", "Somebody outside"),
    ActorKind.SYSTEM: pgettext_lazy("who acted", "The program"),
    ActorKind.KEEPER: pgettext_lazy("who acted", "Keeper of the site"),
}

ACTIONS: dict[str, Any] = {
    "cases.begin": pgettext_lazy("an action of the log", "Case begun"),
    "cases.take_step": pgettext_lazy("an action of the log", "Step taken"),
    "cases.propose": pgettext_lazy("an action of the log", "Step proposed"),
    "cases.give_opinion": pgettext_lazy("an action of the log", "Opinion given"),
    "cases.take_back": pgettext_lazy("an action of the log", "Proposal taken back"),
    "cases.hand_over": pgettext_lazy("an action of the log", "Case handed over"),
    "cases.tend": pgettext_lazy("an action of the log", "Periods looked after"),
    "cases.erase_personal": pgettext_lazy("an action of the log", "Personal data erased"),
    "cases.enter_working_days": pgettext_lazy("an action of the log", "Working days entered"),
    "cases.open_feed": pgettext_lazy("an action of the log", "Calendar address opened"),
    "cases.end_feed": pgettext_lazy("an action of the log", "Calendar address ended"),
    "outbox.message": pgettext_lazy("an action of the log", "Message left"),
    "outbox.letter": pgettext_lazy("an action of the log", "Letter sent"),
    "outbox.erase": pgettext_lazy("an action of the log", "Letter erased"),
    "library.ingest": pgettext_lazy("an action of the log", "Gazette read in"),
    "library.open_feed": pgettext_lazy("an action of the log", "Calendar of duties opened"),
    "library.revoke_feed": pgettext_lazy("an action of the log", "Calendar of duties ended"),
    "audit.rebuild": pgettext_lazy("an action of the log", "Derived data made again"),
    "people.account": pgettext_lazy("an action of the log", "Account changed"),
    "people.keep_account": pgettext_lazy("an action of the log", "Account kept"),
    "people.change_own_password": pgettext_lazy("an action of the log", "Own password changed"),
    "people.end_sessions": pgettext_lazy("an action of the log", "Signed out everywhere"),
    "people.keep_demo_account": pgettext_lazy("an action of the log", "Demonstration account kept"),
    "people.open_demo_accounts": pgettext_lazy("an action of the log", "Demonstration accounts opened"),
    "people.shut_demo_accounts": pgettext_lazy("an action of the log", "Demonstration accounts shut"),
    "people.set_up_second_factor": pgettext_lazy("an action of the log", "Second factor set up"),
    "people.accept_code": pgettext_lazy("an action of the log", "Code of the second factor used"),
    "people.reset_second_factor": pgettext_lazy("an action of the log", "Second factor reset"),
    "people.link": pgettext_lazy("an action of the log", "Linked to the provider"),
    "people.open_for": pgettext_lazy("an action of the log", "Opened for the provider"),
    "people.unlink": pgettext_lazy("an action of the log", "Link to the provider ended"),
    "people.link_at_first_sign_in": pgettext_lazy("an action of the log", "Linked at the first sign-in"),
    "people.keep_unit": pgettext_lazy("an action of the log", "Unit kept"),
    "people.keep_units": pgettext_lazy("an action of the log", "Units read in"),
    "people.give_post": pgettext_lazy("an action of the log", "Post given"),
    "people.end_post": pgettext_lazy("an action of the log", "Post ended"),
    "people.name_substitute": pgettext_lazy("an action of the log", "Substitute named"),
    "people.end_substitute": pgettext_lazy("an action of the log", "Substitute ended"),
}
"""What was done, in words: what the office does, and what systems add when their apps are ready. An action of another
system that has added none is shown by its key."""


def add_actions(words: Mapping[str, Any]) -> None:
    """Words for what a system does, by the names that it records."""
    ACTIONS.update(words)

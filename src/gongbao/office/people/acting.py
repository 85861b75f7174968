"""An account as the log names who acts."""

from gongbao.office.audit.actors import Actor, ActorKind
from gongbao.office.people.models import Account
from gongbao.office.people.queries import ActingPost


def actor_of(account: Account, acting: ActingPost | None = None) -> Actor:
    """The account, in the post in which it acts, its own or that of whom it stands in for; or in none."""
    if acting is None:
        return Actor(ActorKind.ACCOUNT, id=str(account.public_id))
    return Actor(
        ActorKind.ACCOUNT,
        id=str(account.public_id),
        role=acting.post.role,
        unit=acting.post.unit.key,
        for_id=str(acting.for_account.public_id) if acting.for_account else "",
    )

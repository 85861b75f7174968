"""The second factor of an account: set up, asked for, reset; and its recovery codes."""

from datetime import datetime

from gongbao.core.errors import GongbaoError
from gongbao.office import kept
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE, Actor
from gongbao.office.people import second_factor as totp
from gongbao.office.people.acting import actor_of
from gongbao.office.people.actions.accounts import draw_session_key, subject
from gongbao.office.people.models import Account, RecoveryCode, SecondFactor


def begin_second_factor(account: Account) -> str:
    """A secret for the account that is not asked for yet; the one that was drawn last, if it was not confirmed.

    Raises GongbaoError where the account has a second factor already.
    """
    with kept.action("people.begin_second_factor"):
        kept.one_at_a_time("people.second_factor")
        found = SecondFactor.objects.filter(account=account).first()
        if found is not None and found.confirmed_at is not None:
            raise GongbaoError("this account has a second factor already")
        if found is not None:
            return totp.decrypted(found.secret)
        secret = totp.new_secret()
        SecondFactor(account=account, secret=totp.encrypted(secret)).save()
    return secret


def confirm_second_factor(account: Account, code: str, *, at: datetime) -> list[str] | None:
    """The first right code makes the second factor count; the recovery codes, which are told this once.

    None where the code is wrong. All other sessions of the account end.
    """
    with recorded("people.set_up_second_factor", actor=actor_of(account), ground=OUR_RULE, at=at) as record:
        holder = Account.objects.select_for_update().get(pk=account.pk)
        found = SecondFactor.objects.select_for_update().filter(account=holder, confirmed_at=None).first()
        if found is None:
            raise GongbaoError("no second factor of this account is being set up")
        step = totp.step_of(code, totp.decrypted(found.secret), at, found.last_step)
        if step is None:
            return None
        found.last_step, found.confirmed_at = step, at
        found.save()
        codes = totp.new_recovery_codes()
        RecoveryCode.objects.filter(account=holder).delete()
        for one in codes:
            RecoveryCode(account=holder, digest=totp.recovery_digest(str(holder.public_id), one)).save()
        draw_session_key(holder)
        record(subject(holder), second_factor=True, recovery_codes=len(codes))
    return codes


def accept_code(account: Account, typed: str, *, at: datetime) -> bool:
    """Whether this is a code of the account's that was not used before; it is used then. Counting tries is not here."""
    typed = "".join(typed.split())
    with recorded("people.accept_code", actor=actor_of(account), ground=OUR_RULE, at=at) as record:
        kept_factor = SecondFactor.objects.select_for_update().filter(account=account).first()
        if kept_factor is None or kept_factor.confirmed_at is None:
            return False
        if totp.looks_like_a_code(typed):
            step = totp.step_of(typed, totp.decrypted(kept_factor.secret), at, kept_factor.last_step)
            if step is None:
                return False
            kept_factor.last_step = step
            kept_factor.save()
            return True
        digest = totp.recovery_digest(str(account.public_id), typed)
        used, _rows = RecoveryCode.objects.filter(account=account, digest=digest).delete()
        if not used:
            return False
        record(subject(account), recovery_codes=RecoveryCode.objects.filter(account=account).count())
    return True


def reset_second_factor(account: Account, *, actor: Actor = KEEPER, at: datetime) -> None:
    """The account has no second factor any more, and nobody is signed in with it: for whoever lost both.

    Raises GongbaoError where it has none.
    """
    with recorded("people.reset_second_factor", actor=actor, ground=OUR_RULE, at=at) as record:
        holder = Account.objects.select_for_update().get(pk=account.pk)
        gone, _rows = SecondFactor.objects.filter(account=holder).delete()
        if not gone:
            raise GongbaoError(f"the account {holder.username} has no second factor")
        RecoveryCode.objects.filter(account=holder).delete()
        draw_session_key(holder)
        record(subject(holder), second_factor=False)

"""The only code that writes messages, letters and their envelopes.

What was sent, and what became of it, stands in the log: ids, codes and a salted digest of address and words. The steps
in between are those of a worker at work, and are not.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection

from gongbao.core.errors import GongbaoError
from gongbao.core.hash_chain import canonical, digest
from gongbao.core.labels import Label
from gongbao.office import kept
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import OUR_RULE, SYSTEM, Actor
from gongbao.office.outbox.carriers import Outgoing
from gongbao.office.outbox.models import (
    LONGEST_LINK,
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    Channel,
    Envelope,
    Letter,
    Message,
    Outcome,
    Reading,
    Stage,
)
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.roles import Role

# --- sending


@dataclass(frozen=True, slots=True)
class ToAccount:
    account: Account


@dataclass(frozen=True, slots=True)
class ToPost:
    """Whoever acts in the role of the unit when they look."""

    unit: Unit
    role: Role


@dataclass(frozen=True, slots=True)
class ToEmail:
    address: str
    language: str = "zh-hans"


@dataclass(frozen=True, slots=True)
class ToPhone:
    number: str
    language: str = "zh-hans"


def send(
    to: ToAccount | ToPost | ToEmail | ToPhone,
    *,
    subject: Label,
    text: Label,
    about: str,
    at: datetime,
    link: str = "",
    actor: Actor = SYSTEM,
    ground: str = OUR_RULE,
) -> Message | Letter:
    """Tell somebody. Called inside the transaction of the action that has something to tell; nothing leaves in it.

    `about` is the subject of the log, such as case:UUID. `link` is a path of this site; a message on the site has it
    beside its words, a letter does not: its words say what they need. Neither subject, text nor link of a message
    holds personal data. A short message has no subject. Raises GongbaoError where an address cannot be one.
    """
    if not connection.in_atomic_block:
        raise kept.WriteOutsideAction("something is sent outside the transaction of an action")
    if isinstance(to, ToAccount | ToPost):
        return _put_up(to, subject, text, about, at, link, actor, ground)
    return _write(to, subject, text, about, at, actor, ground)


def _put_up(
    to: ToAccount | ToPost, subject: Label, text: Label, about: str, at: datetime, link: str, actor: Actor, ground: str
) -> Message:
    for words in (subject.zh, subject.en):
        _refuse_longer(words, LONGEST_SUBJECT, "the subject of a message")
    for words in (text.zh, text.en):
        _refuse_longer(words, LONGEST_TEXT, "the text of a message")
    if link and not re.fullmatch(rf"/(?![/\\])\S{{0,{LONGEST_LINK - 1}}}", link):
        raise GongbaoError("the link of a message is a path of this site, such as /messages/")
    message = Message(
        account=to.account if isinstance(to, ToAccount) else None,
        unit=to.unit if isinstance(to, ToPost) else None,
        role=to.role.value if isinstance(to, ToPost) else "",
        subject_zh=subject.zh,
        subject_en=subject.en,
        text_zh=text.zh,
        text_en=text.en,
        about=about,
        link=link,
        created_at=at,
    )
    receiver = f"account:{to.account.public_id}" if isinstance(to, ToAccount) else f"post:{to.unit.key}/{to.role}"
    with recorded("outbox.message", actor=actor, ground=ground, at=at) as record:
        message.save()
        words_digest = digest(str(message.uuid), canonical([subject.zh, subject.en, text.zh, text.en, link]))
        record(f"message:{message.uuid}", about=about, to=receiver, words=words_digest)
    return message


def _write(
    to: ToEmail | ToPhone, subject: Label, text: Label, about: str, at: datetime, actor: Actor, ground: str
) -> Letter:
    if to.language not in (known := [code for code, _ in settings.LANGUAGES]):
        raise GongbaoError(f"a letter is written in one of {', '.join(known)}")
    by_email = isinstance(to, ToEmail)
    address = email_address(to.address) if isinstance(to, ToEmail) else phone_number(to.number)
    words = " ".join(subject.in_language(to.language).split()) if by_email else ""
    body = text.in_language(to.language)
    _refuse_longer(words, LONGEST_SUBJECT, "the subject of a letter")
    _refuse_longer(body, LONGEST_TEXT, "the text of a letter")
    letter = Letter(channel=Channel.EMAIL if by_email else Channel.SMS, about=about, created_at=at)
    envelope = Envelope(
        letter=letter,
        address=address,
        language=to.language,
        subject=words,
        text=body,
        salt=secrets.token_hex(32),
        due_at=at,
    )
    with recorded("outbox.letter", actor=actor, ground=ground, at=at) as record:
        letter.save()
        envelope.letter = letter
        envelope.save(force_insert=True)
        record(
            f"letter:{letter.uuid}",
            about=about,
            channel=letter.channel,
            words=digest(envelope.salt, canonical([address, words, body])),
        )
    return letter


def _refuse_longer(words: str, limit: int, what: str) -> None:
    if len(words) > limit:
        raise GongbaoError(f"{what} has {len(words)} characters; it may have {limit}")


def email_address(given: str) -> str:
    """The address without what stands around it. Raises GongbaoError, which does not repeat it."""
    try:
        name, _, domain = given.strip().rpartition("@")
        # A domain has a form in plain letters; the part before the @ has none, and not every server takes others there.
        address = f"{name.encode('ascii').decode()}@{domain.encode('idna').decode()}"
        validate_email(address)
    except (ValidationError, UnicodeError) as error:
        raise GongbaoError("this is no e-mail address; one is written like name@example.org") from error
    if len(address) > 254:
        raise GongbaoError("this e-mail address is longer than any can be")
    return address


def phone_number(given: str) -> str:
    """Figures alone, perhaps after a +. Raises GongbaoError, which does not repeat it."""
    number = re.sub(r"[\s()-]", "", given)
    if not re.fullmatch(r"\+?[0-9]{5,15}", number):
        raise GongbaoError("this is no telephone number; one has 5 to 15 figures, perhaps after a +")
    return number


# --- reading


def mark_read(message: Message, account: Account, at: datetime) -> None:
    """The account has read the message. Marked twice, the first time stays."""
    with kept.action("outbox.mark_read"):
        Reading.objects.bulk_create([Reading(message=message, account=account, read_at=at)], ignore_conflicts=True)


def mark_all_read(messages: Iterable[Message], account: Account, at: datetime) -> None:
    """The account has read these messages. Marked twice, the first time stays."""
    readings = [Reading(message=message, account=account, read_at=at) for message in messages]
    with kept.action("outbox.mark_all_read"):
        Reading.objects.bulk_create(readings, ignore_conflicts=True, batch_size=500)


# --- delivering: see delivery.py

HELD_FOR = timedelta(minutes=10)
"""How long a worker has for one letter. Each of the few answers of the other side is waited for 30 seconds."""
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
"""Between tries that were refused for the moment; then every four hours."""
LONG_WAIT = timedelta(hours=4)
MOST_TRIES = 32  # about five days
MOST_UNSURE = 3  # a letter whose end is never known is not sent for ever


@dataclass(frozen=True, slots=True)
class Hold:
    """A letter that this worker has taken up."""

    letter: Letter
    token: str
    outgoing: Outgoing


def hold(letter_id: int, at: datetime) -> Hold | None:
    """Take a letter up that is due. None where another worker has, or it is over."""
    with kept.action("outbox.hold"):
        envelope = (
            Envelope.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("letter")
            .filter(pk=letter_id, due_at__lte=at)
            .exclude(stage=Stage.ENDED)
            .first()
        )
        if envelope is None:
            return None
        if envelope.stage == Stage.HANDING_OVER:
            envelope.unsure += 1
        given_up = envelope.unsure > MOST_UNSURE
        if not given_up:
            envelope.stage = Stage.HELD
            envelope.token = secrets.token_hex(16)
            envelope.due_at = at + HELD_FOR
            envelope.tries += 1
            # Fixed at the first try, so that a receiver knows a second arrival by it.
            envelope.message_id = envelope.message_id or f"<letter.{envelope.letter.uuid}@{_domain()}>"
        else:
            envelope.stage = Stage.WAITING
        envelope.save()
    if given_up:
        _end(envelope.letter, Outcome.GIVEN_UP, at)
        return None
    return Hold(
        envelope.letter,
        envelope.token,
        Outgoing(
            uuid=str(envelope.letter.uuid),
            address=envelope.address,
            language=envelope.language,
            subject=envelope.subject,
            text=envelope.text,
            written_at=envelope.letter.created_at,
            message_id=envelope.message_id,
        ),
    )


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"


def begin_handing_over(held: Hold, at: datetime) -> bool:
    """The last moment before the letter goes out; False where this worker's time was over and another took it up."""
    with kept.action("outbox.hand_over"):
        mine = Envelope.objects.filter(pk=held.letter.pk, token=held.token, stage=Stage.HELD)
        return bool(mine.update(stage=Stage.HANDING_OVER, due_at=at + HELD_FOR))


def put_back(held: Hold, at: datetime, *, unsure: bool = False, at_once: bool = False) -> None:
    """The letter was not taken, or perhaps not (`unsure`): it is tried again later, `at_once` with the next round."""
    with kept.action("outbox.put_back"):
        envelope = Envelope.objects.select_for_update().filter(pk=held.letter.pk, token=held.token).first()
        if envelope is None or envelope.stage == Stage.ENDED:
            return
        envelope.unsure += unsure
        given_up = envelope.tries >= MOST_TRIES or envelope.unsure > MOST_UNSURE
        if at_once:
            # It was never tried.
            envelope.tries -= 1
            envelope.due_at = at
        else:
            envelope.due_at = at + (WAITS[envelope.tries - 1] if envelope.tries <= len(WAITS) else LONG_WAIT)
        envelope.stage = Stage.WAITING
        envelope.token = ""
        envelope.save()
    if given_up:
        _end(held.letter, Outcome.GIVEN_UP, at)


def delivered(held: Hold, at: datetime) -> None:
    """The other side took the letter. That holds even where this worker's time was over: nobody need try again."""
    _end(held.letter, Outcome.DELIVERED, at)


def refused(held: Hold, at: datetime, code: str) -> None:
    """The other side refused the letter for good."""
    _end(held.letter, Outcome.REFUSED, at, code=code, token=held.token)


def _end(letter: Letter, outcome: Outcome, at: datetime, *, code: str = "", token: str = "") -> None:
    with recorded(f"outbox.{outcome}", actor=SYSTEM, ground=OUR_RULE, at=at) as record:
        envelope = Envelope.objects.select_for_update().get(pk=letter.pk)
        if envelope.stage == Stage.ENDED or (token and envelope.token != token):
            return
        envelope.stage = Stage.ENDED
        envelope.due_at = None
        envelope.token = ""
        envelope.save()
        Letter.objects.filter(pk=letter.pk).update(outcome=outcome, ended_at=at, unsure=envelope.unsure, code=code)
        record(f"letter:{letter.uuid}", about=letter.about, tries=envelope.tries, unsure=envelope.unsure, code=code)


# --- erasing


def erase_envelope(letter_id: int, at: datetime) -> bool:
    """Address and words of a letter that is over go; False where they went already."""
    with recorded("outbox.erase", actor=SYSTEM, ground=OUR_RULE, at=at) as record:
        envelope = (
            Envelope.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("letter")
            .filter(pk=letter_id, stage=Stage.ENDED)
            .first()
        )
        if envelope is None:
            return False
        record(f"letter:{envelope.letter.uuid}", about=envelope.letter.about)
        envelope.delete()
    return True

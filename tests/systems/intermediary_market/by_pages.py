"""The pages of the market as people have them, one after the other: as clerk and head, as agency and owner."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gongbao.office.cases import actions as cases
from gongbao.office.cases.models import Case
from tests.cases.office import at
from tests.systems.intermediary_market.parties import Parties
from tests.systems.intermediary_market.test_purchase_pages import on, signed_in


class Pages:
    """The pages of the market as people have them at a moment."""

    def __init__(self, parties: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parties, self.monkeypatch = parties, monkeypatch

    def on(self, moment: str) -> None:
        """It is that moment now, and the worker came by."""
        on(self.monkeypatch, moment)
        cases.tend_due(at(moment))

    def client(self, name: str) -> Client:
        return signed_in(self.parties.people[name])

    def read(self, name: str, address: str) -> str:
        answer = self.client(name).get(address)
        assert answer.status_code == 200, (name, address, answer.status_code)
        return answer.content.decode()

    def public(self, address: str) -> str:
        """As somebody has it who is not signed in."""
        return Client().get(address).content.decode()

    def send(self, name: str, address: str, status: int = 302, **given: Any) -> str:
        """Open the form, leave what stands in it, fill in the rest, and send it. A list is what several controls of one
        name have; bytes are a file."""
        client = self.client(name)
        page = client.get(address).content.decode()
        typed = dict(re.findall(r'<input[^>]* name="(seen|v-[a-z_]+)" value="([^"]+)"', page))
        typed |= dict(re.findall(r'name="(v-[a-z_]+)"[^>]* value="([^"]+)" checked', page))
        for key, value in given.items():
            file = isinstance(value, bytes)
            typed[key if isinstance(value, list) else f"v-{key}"] = (
                SimpleUploadedFile("文件.pdf", value) if file else value
            )
        answer = client.post(address, typed)
        assert answer.status_code == status, (name, address, answer.content.decode()[:3000])
        return answer.content.decode()

    def desk(self, case: Case, step: str, name: str, *signers: str, **given: str) -> None:
        """A step at the desk, signed by each in turn as the page of the case asks them."""
        assert reverse("cases:step", args=[case.uuid, step]) in self.read(name, f"/cases/{case.uuid}/")
        self.send(name, reverse("cases:step", args=[case.uuid, step]), **given)
        for signer in signers:
            shown = self.read(signer, f"/cases/{case.uuid}/")
            address = re.search(rf"/cases/{case.uuid}/proposals/[0-9a-f-]+/opinion/", shown)
            assert address is not None, (step, signer)
            asked = dict(re.findall(r'name="(role|unit)" value="([^"]*)"', shown))
            answer = self.client(signer).post(address[0], asked | {"verdict": "signed", "words": ""})
            assert answer.status_code == 302, (step, signer)

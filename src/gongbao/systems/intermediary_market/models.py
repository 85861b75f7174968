"""What is kept of the market. Written by actions.py, here and in each part, only."""

from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.kept import RegulatedModel
from gongbao.office.people.models import Unit
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion as ItemVersion
from gongbao.systems.intermediary_market.catalogue.models import Recommendation as Recommendation
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem as ServiceItem
from gongbao.systems.intermediary_market.complaints.models import Evidence as Evidence
from gongbao.systems.intermediary_market.contracts.models import Contract as Contract
from gongbao.systems.intermediary_market.draw.models import Draw as Draw
from gongbao.systems.intermediary_market.draw.models import DrawEntry as DrawEntry
from gongbao.systems.intermediary_market.draw.models import DrawShare as DrawShare
from gongbao.systems.intermediary_market.interpretation.models import MarketReading as MarketReading
from gongbao.systems.intermediary_market.organisations.models import Affiliation as Affiliation
from gongbao.systems.intermediary_market.organisations.models import Invitation as Invitation
from gongbao.systems.intermediary_market.organisations.models import Listing as Listing
from gongbao.systems.intermediary_market.organisations.models import Member as Member
from gongbao.systems.intermediary_market.organisations.models import Mending as Mending
from gongbao.systems.intermediary_market.organisations.models import NetworkAddress as NetworkAddress
from gongbao.systems.intermediary_market.organisations.models import Offering as Offering
from gongbao.systems.intermediary_market.organisations.models import Organisation as Organisation
from gongbao.systems.intermediary_market.organisations.models import Paper as Paper
from gongbao.systems.intermediary_market.organisations.models import Practitioner as Practitioner
from gongbao.systems.intermediary_market.organisations.models import Qualification as Qualification
from gongbao.systems.intermediary_market.organisations.models import Review as Review
from gongbao.systems.intermediary_market.organisations.models import SigningKey as SigningKey
from gongbao.systems.intermediary_market.publication.models import YearFigures as YearFigures
from gongbao.systems.intermediary_market.purchases.models import Computed as Computed
from gongbao.systems.intermediary_market.purchases.models import Draft as Draft
from gongbao.systems.intermediary_market.purchases.models import FlagDecision as FlagDecision
from gongbao.systems.intermediary_market.purchases.models import Mark as Mark
from gongbao.systems.intermediary_market.purchases.models import NotCounted as NotCounted
from gongbao.systems.intermediary_market.purchases.models import ProcurementLimit as ProcurementLimit
from gongbao.systems.intermediary_market.purchases.models import Purchase as Purchase
from gongbao.systems.intermediary_market.purchases.models import Registration as Registration
from gongbao.systems.intermediary_market.purchases.models import Terms as Terms
from gongbao.systems.intermediary_market.ratings.models import CheckRun as CheckRun
from gongbao.systems.intermediary_market.ratings.models import Clue as Clue
from gongbao.systems.intermediary_market.ratings.models import Conduct as Conduct
from gongbao.systems.intermediary_market.ratings.models import Rating as Rating
from gongbao.systems.intermediary_market.ratings.models import RatingWeights as RatingWeights
from gongbao.systems.intermediary_market.sealing.models import CustodianKey as CustodianKey
from gongbao.systems.intermediary_market.sealing.models import Envelope as Envelope
from gongbao.systems.intermediary_market.sealing.models import Opening as Opening
from gongbao.systems.intermediary_market.sealing.models import Sealing as Sealing
from gongbao.systems.intermediary_market.supervision.models import CreditHandOver as CreditHandOver
from gongbao.systems.intermediary_market.supervision.models import GovernmentPrice as GovernmentPrice
from gongbao.systems.intermediary_market.supervision.models import JointPunishment as JointPunishment
from gongbao.systems.intermediary_market.supervision.models import PriceInspection as PriceInspection


class Function(models.TextChoices):
    """What the document has somebody do, beside the sector authorities (第七条), of which there are many."""

    OPERATOR = "operator", pgettext_lazy("function in the market", "Builds, manages and runs the market")  # 第六条
    PRICES = "prices", pgettext_lazy("function in the market", "Supervises fees and prices")  # 第八条
    PROCUREMENT = "procurement", pgettext_lazy("function in the market", "Supervises public procurement")  # 第九条
    COORDINATION = (
        "coordination",
        pgettext_lazy("function in the market", "Fixes government prices, looks after credit, coordinates complaints"),
    )  # 第十条


class Competence(RegulatedModel):
    """Which unit of this city has the function. Until one is named, complaints of that kind are refused in words.

    `county` is the county or district for which the unit has it, null for the city's own level and for every county
    that has named none: see competence.py.
    """

    function = models.CharField(max_length=20, choices=Function.choices)
    county = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["function", "county"], name="one_unit_of_a_function_in_a_county"),
            models.UniqueConstraint(
                fields=["function"], condition=models.Q(county=None), name="one_unit_of_a_function_in_the_city"
            ),
        ]

    def __str__(self) -> str:
        return self.function

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"market_function:{self.function}" + (f"@{self.county.key}" if self.county else "")

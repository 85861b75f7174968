"""The pages of the market: `python -m benchmarks.market.measure`, in a process with a scratch GONGBAO_HOME.

Each is asked of the whole site by Django's test client as the one who opens it, without a network. Time is that of a
clock on the wall.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.market import rows
from benchmarks.pages import measured_page
from benchmarks.processes import run
from benchmarks.searching import scratch_database

LARGE = 1_000_000
VISITOR, OWNER, AGENCY = "a visitor", "the busiest owner", "the busiest agency"
CLERK, COUNTY, AUTHORITY = "a clerk of the operator", "a clerk of a county's desk", "a clerk of an authority"
PRICES, REFORM = "market supervision", "development and reform"
AUDITOR = "an auditor"
ACCOUNTS = {
    OWNER: "demo-owner", AGENCY: "demo-agency", CLERK: "demo-operator", COUNTY: "demo-county",
    AUTHORITY: "demo-authority", PRICES: "demo-clerk", REFORM: "demo-reform",
    AUDITOR: "demo-auditor",
}  # fmt: skip


def on_sqlite(folder: Path, wanted: int, runs: int, limit: float = 3600) -> dict[str, Any]:
    """Measure the demonstration alone (`wanted` 0) or that many rows, on SQLite in a home below `folder`."""
    return _run(folder / f"market-{wanted}", wanted, runs, limit)


def on_postgres(folder: Path, wanted: int, runs: int, limit: float = 3600) -> dict[str, Any] | None:
    """The same on a PostgreSQL of this machine, in a database made for it; None where none answers."""
    with scratch_database() as address:
        return _run(folder / f"market-postgres-{wanted}", wanted, runs, limit, address) if address else None


def _run(home: Path, wanted: int, runs: int, limit: float, database: str = "") -> dict[str, Any]:
    arguments = ("--rows", str(wanted), "--runs", str(runs))
    return run("benchmarks.market.measure", *arguments, home=home, limit=limit, database=database)  # type: ignore[no-any-return]


def addresses() -> list[tuple[str, str, str]]:
    """Every page of the market that somebody opens: who, its name, its address."""
    from django.core.paginator import Paginator
    from django.db.models import Count
    from django.urls import reverse
    from django.utils import timezone

    from gongbao.systems.intermediary_market.contracts import queries as contracts
    from gongbao.systems.intermediary_market.models import Conduct, Contract, Listing, Organisation, Purchase, Rating
    from gongbao.systems.intermediary_market.publication import queries as publication
    from gongbao.systems.intermediary_market.publication.views import RELEASES

    def of(name: str, path: str) -> Organisation:
        own = Organisation.objects.filter(members__account__username=name)
        return own.annotate(number=Count(path)).order_by("-number", "pk")[0]

    owner, agency = of(ACCOUNTS[OWNER], "purchases"), of(ACCOUNTS[AGENCY], "registrations")
    this = timezone.localdate().year
    before = this - 1
    concluded = Purchase.objects.filter(case__state="concluded", owner=owner).order_by("-pk")[0]
    drawn = Purchase.objects.filter(draws__isnull=False, case__state="concluded").order_by("-pk")[0]
    begun = Purchase.objects.filter(owner=owner, case__over=False).order_by("-pk")[0]
    contract = Contract.objects.filter(registration__organisation=agency).order_by("-pk")[0]
    filed = contracts.published().order_by("-pk")[0]
    rated = Rating.objects.values_list("agency", flat=True).order_by("-pk")[0]
    rated_agency = Organisation.objects.get(pk=rated)
    conduct = Conduct.objects.exclude(case__state="proposed").filter(organisation=agency).order_by("pk")[0]
    pages = Paginator(publication.published(before), RELEASES).num_pages
    listing = Listing.objects.filter(ended_at=None, item__authority__key="housing").order_by("-pk")[0]
    item = listing.item

    def at(name: str, *values: Any, query: str = "") -> str:
        return reverse(f"market:{name}", args=values) + (f"?{query}" if query else "")

    last = "page=100000"
    public = [
        ("the market", at("market")),
        ("services", at("services")),
        ("services, searched", at("services", query="q=造价")),
        ("a service, with the agencies under it", at("service", item.uuid)),
        ("services as a workbook", at("services_workbook")),
        ("agencies", at("agencies")),
        ("agencies, last page", at("agencies", query=last)),
        ("agencies, searched", at("agencies", query="q=第77所")),
        ("an agency", at("agency", agency.uuid)),
        ("notices", at("notices")),
        ("notices, last page", at("notices", query=last)),
        ("notices, open ones", at("notices", query="group=open")),
        ("notices, by way and fund", at("notices", query="way=random_draw&fund=public")),
        ("notices, searched", at("notices", query="q=造价咨询")),
        ("notices, searched, nothing found", at("notices", query="q=没有这个")),
        ("a notice, concluded", at("notice", concluded.uuid)),
        ("a draw", at("draw", drawn.uuid)),
        ("awards", at("awards")),
        ("awards, last page", at("awards", query=last)),
        ("limits", at("limits")),
        ("contracts", at("contracts")),
        ("contracts, last page", at("contracts", query=last)),
        ("contracts of a year and fund", at("contracts", query=f"year={before}&fund=public")),
        ("contracts, searched", at("contracts", query="q=造价咨询")),
        ("contracts as a workbook", at("contracts_workbook")),
        ("a contract", at("contract", filed.uuid)),
        ("ratings", at("ratings")),
        ("ratings, last page", at("ratings", query=last)),
        ("ratings, searched", at("ratings", query="q=第77所")),
        ("ratings as a workbook", at("ratings_workbook")),
        ("ratings of an agency", at("agency_ratings", rated_agency.uuid)),
        ("government prices", at("prices")),
        ("price inspections", at("inspections")),
        ("readings", at("readings")),
        ("decisions on complaints", at("decisions")),
        ("decisions, last page", at("decisions", query=last)),
        ("figures of complaints", at("statistics", query=f"year={before}")),
        ("figures of selections", at("selection_figures", query=f"year={before}")),
        ("figures of selections, as a workbook", at("selection_figures_workbook", query=f"year={before}")),
        ("open data", at("open_data")),
        ("open data, releases of a year, first page", at("releases", query=f"year={before}")),
        ("open data, releases of a year, last page", at("releases", query=f"year={before}&page={pages}")),
        ("open data, one release", at("release", concluded.uuid)),
        ("open data, selections as a workbook", at("selections_workbook", query=f"year={before}")),
    ]
    return [
        *((VISITOR, *one) for one in public),
        (OWNER, "my organisations", at("mine")),
        (OWNER, "my organisation", at("mine_one", owner.uuid)),
        (OWNER, "my purchases", at("owner_purchases")),
        (OWNER, "my purchases, last page", at("owner_purchases", query=last)),
        (OWNER, "a new purchase", at("owner_new", owner.uuid)),
        (OWNER, "a purchase under way", at("owner_purchase", begun.uuid)),
        (OWNER, "a purchase, concluded", at("owner_purchase", concluded.uuid)),
        (OWNER, "our contracts", at("own_contracts")),
        (OWNER, "our contracts, overdue", at("own_contracts", query="overdue=any")),
        (OWNER, "our contracts as a workbook", at("own_contracts_workbook")),
        (OWNER, "services to rate", at("rate")),
        (AGENCY, "my organisations", at("mine")),
        (AGENCY, "my organisation", at("mine_one", agency.uuid)),
        (AGENCY, "my registrations", at("own_registrations")),
        (AGENCY, "my registrations, last page", at("own_registrations", query=last)),
        (AGENCY, "our contracts", at("own_contracts")),
        (AGENCY, "a contract", at("contract", contract.uuid)),
        (AGENCY, "conduct", at("conduct")),
        (AGENCY, "a case of conduct", at("conduct_case", conduct.uuid)),
        (AGENCY, "signing keys", at("signing_keys")),
        (CLERK, "desk of the market", at("desk")),
        (CLERK, "purchases at the desk", at("purchases_at_desk")),
        (CLERK, "purchases at the desk, last page", at("purchases_at_desk", query=last)),
        (CLERK, "a purchase at the desk", at("purchase_at_desk", begun.uuid)),
        (CLERK, "contracts at the desk", at("contracts_at_desk")),
        (CLERK, "contracts at the desk, last page", at("contracts_at_desk", query=last)),
        (CLERK, "contracts at the desk, overdue", at("contracts_at_desk", query="overdue=any")),
        (CLERK, "contracts at the desk as a workbook", at("contracts_at_desk_workbook")),
        (CLERK, "conduct at the desk", at("conduct_desk")),
        (CLERK, "conduct at the desk, last page", at("conduct_desk", query=last)),
        (CLERK, "conduct as a workbook", at("conduct_workbook")),
        (CLERK, "custody of envelopes", at("custody")),
        (CLERK, "cases of the desk", reverse("cases:desk")),
        (CLERK, "messages", reverse("outbox:messages")),
        (CLERK, "a purchase as a case", reverse("cases:case", args=[begun.case.uuid])),
        (COUNTY, "purchases at the desk", at("purchases_at_desk")),
        (COUNTY, "contracts at the desk", at("contracts_at_desk")),
        (COUNTY, "cases of the desk", reverse("cases:desk")),
        (AUTHORITY, "desk of the market", at("desk")),
        (AUTHORITY, "an agency under review", at("review", listing.uuid)),
        (PRICES, "fees and prices", at("fees", query=f"year={before}")),
        (PRICES, "fees and prices, of one service", at("fees", query=f"year={before}&item={item.uuid}")),
        (PRICES, "fees and prices, what is marked", at("fees", query=f"year={before}&marked=1")),
        (PRICES, "fees and prices as a workbook", at("fees_workbook", query=f"year={before}")),
        (REFORM, "credit records", at("credit")),
        (REFORM, "complaints at the desk", reverse("cases:desk")),
        (AUDITOR, "desk of the market", at("desk")),
        (AUDITOR, "purchases at the desk", at("purchases_at_desk")),
        (AUDITOR, "contracts at the desk", at("contracts_at_desk")),
        (AUDITOR, "contracts at the desk, overdue", at("contracts_at_desk", query="overdue=any")),
        (AUDITOR, "public funds spent", at("spending", query=f"year={this}")),
        (AUDITOR, "public funds spent, as a workbook", at("spending_workbook", query=f"year={this}")),
        (AUDITOR, "traces of forbidden acts", at("liabilities", query=f"year={this}")),
        (AUDITOR, "traces of forbidden acts, as a workbook", at("liabilities_workbook", query=f"year={this}")),
        (AUDITOR, "cases of the desk", reverse("cases:desk")),
    ]  # fmt: skip


def measure(wanted: int, runs: int, only: str = "") -> dict[str, Any]:
    """Fill the market of GONGBAO_HOME and ask it."""
    from gongbao.site.prepare import migrate, set_up

    set_up()
    migrate()

    from django.test import Client
    from django.utils import timezone

    from gongbao.office.people.models import Account
    from gongbao.systems.intermediary_market.models import Purchase
    from gongbao.systems.intermediary_market.publication.actions import keep_figures

    begin = time.perf_counter()
    tables = rows.counted() if Purchase.objects.exists() else rows.fill(wanted, _say)
    took = time.perf_counter() - begin
    while keep_figures(timezone.now()):  # as the worker does, a year at a time
        pass
    clients = {VISITOR: Client(SERVER_NAME="127.0.0.1")}
    for who, name in ACCOUNTS.items():
        clients[who] = Client(SERVER_NAME="127.0.0.1")
        clients[who].force_login(Account.objects.get(username=name))

    def page(who: str, address: str) -> Callable[[], int]:
        def ask() -> int:
            response = clients[who].get(address)
            if response.status_code != 200:
                raise AssertionError(f"{address} answered {response.status_code}")
            return len(response.content)

        return ask

    found = []
    for who, name, address in addresses():
        if only and only not in f"{who}: {name}":
            continue
        made = measured_page(name, page(who, address), runs)
        found.append({"who": who, **made})
        _say(f"{who}: {name}: {made['queries']} queries, {min(made['milliseconds'] or [made['first']]):.0f} ms")
    return {"rows": sum(tables.values()), "tables": tables, "seconds": took, "pages": found}


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--only", default="", help="pages whose name has these words")
    options = parser.parse_args()
    if not os.environ.get("GONGBAO_HOME"):
        parser.error("GONGBAO_HOME must name an empty folder: the market of this installation is not for measuring")
    print(json.dumps(measure(options.rows, options.runs, options.only)))


if __name__ == "__main__":
    main()

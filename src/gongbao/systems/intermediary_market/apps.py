from django.apps import AppConfig


class IntermediaryMarketConfig(AppConfig):
    name = "gongbao.systems.intermediary_market"
    label = "intermediary_market"

    def ready(self) -> None:
        from importlib.resources import files

        from gongbao.core.labels import Label
        from gongbao.office.audit.words import add_actions
        from gongbao.office.cases.types import CaseType, register
        from gongbao.office.exports import kinds as exports
        from gongbao.office.worker import jobs
        from gongbao.procedures import Situation
        from gongbao.systems.intermediary_market.catalogue.actions import tell_of_run_out
        from gongbao.systems.intermediary_market.complaints.follow import follows
        from gongbao.systems.intermediary_market.complaints.procedure import SUBJECTS, complaint
        from gongbao.systems.intermediary_market.complaints.queries import evidence_page
        from gongbao.systems.intermediary_market.complaints.routing import route
        from gongbao.systems.intermediary_market.contracts.actions import carry_over
        from gongbao.systems.intermediary_market.contracts.case_type import CASE_TYPE as CONTRACT
        from gongbao.systems.intermediary_market.contracts.exports import DESK, OWN, PUBLISHED
        from gongbao.systems.intermediary_market.log_words import ACTIONS
        from gongbao.systems.intermediary_market.publication.actions import keep_figures
        from gongbao.systems.intermediary_market.publication.exports import SELECTIONS
        from gongbao.systems.intermediary_market.purchases.case_type import CASE_TYPE as PURCHASE
        from gongbao.systems.intermediary_market.ratings.actions import check_daily
        from gongbao.systems.intermediary_market.ratings.case_type import CASE_TYPE as CONDUCT
        from gongbao.systems.intermediary_market.ratings.exports import RATINGS
        from gongbao.systems.intermediary_market.retention import files_kept_until
        from gongbao.systems.intermediary_market.sealing.actions import fix_due

        add_actions(ACTIONS)

        def summary(situation: Situation) -> Label:
            subject = next((one for one in SUBJECTS if one.key == situation.values.get("subject")), None)
            return subject.label if subject else complaint.label

        register(
            CaseType(
                complaint,
                party_name="complainant_name",
                party_contact="complainant_contact",
                summary=summary,
                about=lambda situation: str(situation.values.get("against", "")),
                route=route,
                open_to_all=True,
                wordings=files("gongbao.systems.intermediary_market").joinpath("wordings"),
                letter_codes={"acceptance": "投受", "correction": "投补", "refusal": "投不受", "decision": "投决"},
                follows=follows,
                page=evidence_page,
                kept_until=files_kept_until,
            )
        )
        register(PURCHASE)
        register(CONTRACT)
        register(CONDUCT)
        for kind in (PUBLISHED, OWN, DESK, RATINGS, SELECTIONS):
            exports.register(kind)
        jobs.register(jobs.Job("market.fix_envelopes", fix_due))
        jobs.register(jobs.Job("market.check", check_daily))
        jobs.register(jobs.Job("market.carry_over", carry_over))
        jobs.register(jobs.Job("market.few", tell_of_run_out))
        jobs.register(jobs.Job("market.figures", keep_figures))

"""The roles in which somebody acts for a unit. Procedures name them by the same keys."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    CLERK = "clerk", pgettext_lazy("role", "Clerk")  # 经办人
    SECTION_HEAD = "section_head", pgettext_lazy("role", "Section head")  # 科室负责人
    DEPUTY_HEAD = "deputy_head", pgettext_lazy("role", "Deputy head")  # 分管领导
    HEAD = "head", pgettext_lazy("role", "Head")  # 主要负责人
    COUNTER = "counter", pgettext_lazy("role", "Counter clerk")  # 窗口人员
    AUDITOR = "auditor", pgettext_lazy("role", "Auditor")  # 审计人员: reads everything, writes nothing
    ADMINISTRATOR = "administrator", pgettext_lazy("role", "Administrator")  # 管理员


ALONE = frozenset({Role.AUDITOR})
"""Who holds one of these holds no other post beside it: nobody audits their own work."""

NOT_PASSED_ON = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
"""A substitute does not act in these: rights over people and over the log are given by a post, in the open."""

"""The only code that writes of people: accounts, units and posts, and what is kept of signing in.

Two writes are Django's own: signing in sets `last_login` of the account, and a password whose hash is of an older kind
is hashed again at that moment. Both belong to signing in itself, are made by django.contrib.auth, and change no right.

    accounts.py         accounts, their passwords and rights, those that show the program
    units.py            units, posts, substitutes
    tries.py            how often somebody tried to sign in
    second_factor.py    the second factor and its recovery codes
    oidc.py             accounts as an OpenID Connect provider knows them
"""

from gongbao.office.people.actions.accounts import DEMO_ACCOUNTS as DEMO_ACCOUNTS
from gongbao.office.people.actions.accounts import DEMO_PREFIX as DEMO_PREFIX
from gongbao.office.people.actions.accounts import change_own_password as change_own_password
from gongbao.office.people.actions.accounts import end_sessions as end_sessions
from gongbao.office.people.actions.accounts import keep_account as keep_account
from gongbao.office.people.actions.accounts import open_demo_accounts as open_demo_accounts
from gongbao.office.people.actions.accounts import shut_demo_accounts as shut_demo_accounts
from gongbao.office.people.actions.oidc import link as link
from gongbao.office.people.actions.oidc import open_for as open_for
from gongbao.office.people.actions.oidc import signed_in_at_provider as signed_in_at_provider
from gongbao.office.people.actions.oidc import unlink as unlink
from gongbao.office.people.actions.second_factor import accept_code as accept_code
from gongbao.office.people.actions.second_factor import begin_second_factor as begin_second_factor
from gongbao.office.people.actions.second_factor import confirm_second_factor as confirm_second_factor
from gongbao.office.people.actions.second_factor import reset_second_factor as reset_second_factor
from gongbao.office.people.actions.tries import TRIES_WITHIN as TRIES_WITHIN
from gongbao.office.people.actions.tries import begin_try as begin_try
from gongbao.office.people.actions.tries import end_try as end_try
from gongbao.office.people.actions.units import end_post as end_post
from gongbao.office.people.actions.units import end_substitute as end_substitute
from gongbao.office.people.actions.units import give_post as give_post
from gongbao.office.people.actions.units import keep_unit as keep_unit
from gongbao.office.people.actions.units import keep_units as keep_units
from gongbao.office.people.actions.units import name_substitute as name_substitute

"""What all tabs of the account configuration page have in common: the head, the notice, the locks, the saving."""

from scim.admin import account_edits, accounts
from scim.admin.accounts import AccountDetails as Details
from scim.admin.context import Context
from scim.console.paths import USERS, path_to
from scim.console.proofs import with_proof_for_administrator
from scim.console.routing import Handler
from scim.console.views import View, view
from scim.console.visits import Visit
from scim.contracts.accounts import AccountDetails, AccountEdit
from scim.domain.authority import Action
from scim.domain.locks import account_lock, deletion_lock, field_lock, notice
from scim.domain.providers import ProviderKind
from scim.domain.users import display_name
from scim.sentences import Sentence

ONE = f"/{USERS}/{{accountId}}"
_DIRECTORIES = {
    ProviderKind.ENTRA: "https://entra.microsoft.com/#view/Microsoft_AAD_UsersAndTenants/UserManagementMenuBlade/~/AllUsers"
}
"""Where people are changed instead, for products whose address is the same for every tenant."""
_READ_ONLY = Sentence("Your roles do not let you change users.")


def account_path(account_id: str, *parts: str) -> str:
    """The address of an account's page, or of something below it."""
    return path_to(USERS, account_id, *parts)


def account_page(visit: Visit, tab: str, details: Details, **values: object) -> View:
    """A tab of the page.

    Args:
        visit: Who reads it.
        tab: Its name: also the template's.
        details: The account.
        values: What the tab shows besides.
    """
    provider = details.account.provider
    read_only = "" if visit.may(Action.MANAGE_ACCOUNTS) else _READ_ONLY
    lock, whole, deletion = field_lock(provider), account_lock(provider), deletion_lock(provider)
    return view(
        f"users/{tab}.html",
        tab=tab,
        account=AccountDetails.described(details),
        version=details.account.version,
        provider=provider,
        has_password=details.security.has_password,
        notice_above=notice(provider),
        directory_address=_DIRECTORIES.get(provider.kind) if provider and lock else None,
        read_only=read_only,
        lock=lock.text if lock else read_only,
        account_lock=whole.text if whole else read_only,
        deletion_lock=deletion.text if deletion else read_only,
        **values,
    )


async def save_edit(visit: Visit, account_id: str, wanted: AccountEdit) -> None:
    """Change fields of the account.

    Raises:
        Problem: See `account_edits.edit`.
    """
    user = await accounts.get(visit.context, account_id)

    async def change(context: Context, proof: str | None) -> None:
        await account_edits.edit(context, account_id, wanted.edit(), visit.version, proof)

    await with_proof_for_administrator(visit, user, Sentence("change {name}", name=display_name(user)), change)


def account_dialog(template: str) -> Handler:
    """Shows a dialog, by its template, that asks about something that is done to the account of the address."""

    async def show(visit: Visit) -> View:
        visit.context.require(Action.MANAGE_ACCOUNTS)
        return account_page(visit, template, await accounts.details(visit.context, visit.path["accountId"]))

    return show

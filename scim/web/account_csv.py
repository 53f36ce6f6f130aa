"""The list of accounts as a CSV file: the API's and the console's."""

from scim.admin import account_export
from scim.admin.accounts import Listed
from scim.admin.context import Context
from scim.domain.accounts import AccountFilter
from scim.domain.resources import timestamp
from scim.web.csv_text import csv_lines, csv_text

FILE_NAME = "users.csv"

_HEADER = (
    "Name",
    "User name",
    "Email",
    "Type",
    "System administrator",
    "Organization ID",
    "State",
    "Managed by",
    "Identity provider",
    "Deleted at",
    "ID",
)


async def account_csv(context: Context, wanted: AccountFilter) -> bytes:
    """The file.

    Raises:
        Problem: See `account_export.export`.
    """
    lines = [csv_lines(map(_cells, page)).encode() async for page in account_export.export(context, wanted)]
    return b"".join([csv_text(_HEADER, ()), *lines])


def _cells(listed: Listed) -> tuple[str, ...]:
    """An account in a file, in the columns of `_HEADER`."""
    account, provider = listed.summary, listed.provider
    return (
        account.name,
        account.user_name,
        account.contact or "",
        account.user_type.value,
        "yes" if account.administrator else "no",
        account.organization or "",
        account.state.value,
        "SCIM" if provider else "Native",
        provider.name if provider else "",
        timestamp(account.deleted_at) if account.deleted_at else "",
        account.id,
    )

"""The list of accounts as a whole, by the same filters, for a file."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace

from scim.admin.accounts import Listed, checked, providers_by_id
from scim.admin.context import Context
from scim.admin.problems import Conflicting
from scim.domain.accounts import AccountFilter, Management
from scim.domain.authority import Action
from scim.domain.providers import Provider
from scim.sentences import Sentence

MAX_ROWS = 100_000
"""Accounts that a file has at most: one of so many ordinary ones has some 15 MB."""
_PAGE = 1_000


async def export(context: Context, wanted: AccountFilter) -> AsyncIterator[Sequence[Listed]]:
    """All that the filter admits, a thousand at a time: native ones first, then each provider's, by userName.

    It looks at every account that no index rules out: two storage calls for each thousand.

    Raises:
        Denied: No permission.
        Invalid: See `scim.admin.accounts.page`.
        Conflicting: `too_many_rows`.
    """
    context.require(Action.VIEW_ACCOUNTS)
    providers = await providers_by_id(context)
    wanted, count = checked(context, wanted, providers), 0
    for part in _parts(wanted, providers):
        position: str | None = ""
        while position is not None:
            page = await context.services.accounts.page(part, position, _PAGE)
            count, position = count + len(page.accounts), page.next
            if count > MAX_ROWS or page.is_cut:
                raise Conflicting(
                    Sentence(
                        "More than {most} accounts match, or more than a search looks at. Narrow the filters: export "
                        "by provider, organization, type or state.",
                        most=MAX_ROWS,
                    ),
                    "too_many_rows",
                )
            yield [Listed(account, providers.get(account.provider)) for account in page.accounts]


def _parts(wanted: AccountFilter, providers: Mapping[str, Provider]) -> Iterator[AccountFilter]:
    """The filter, for one owner after the other: merging them by name would read everything several times."""
    if wanted.provider is not None:
        yield wanted
        return
    if wanted.managed_by is not Management.SCIM:
        yield replace(wanted, managed_by=Management.NATIVE)
    if wanted.managed_by is not Management.NATIVE:
        yield from (replace(wanted, provider=provider_id) for provider_id in providers)

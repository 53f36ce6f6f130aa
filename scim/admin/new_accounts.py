"""Accounts that come from the console: new native ones, and deleted ones that come back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scim.admin.account_documents import new_document, with_fields
from scim.admin.account_edits import assess, name_taken
from scim.admin.accounts import Account, load
from scim.admin.context import Context
from scim.admin.problems import Conflicting, Invalid, Missing
from scim.domain.accounts import Tombstone
from scim.domain.activities import Status, organizations_of
from scim.domain.authority import Action
from scim.domain.people import Profile
from scim.domain.ports import NameTaken, VersionConflict
from scim.domain.providers import NATIVE
from scim.domain.resources import document_text
from scim.domain.users import ALL_ORGANIZATIONS, User, spelled_out, with_defaults
from scim.sentences import Code, Sentence


async def create(context: Context, fields: Mapping[str, Any]) -> Account:
    """A native account: a technician or an end user. It signs in once it has accepted an invitation.

    Args:
        context: A system administrator.
        fields: By the names of `scim.domain.locks.DIRECTORY_FIELDS`; without `userName`, the e-mail address is it.

    Raises:
        Denied: Not an administrator, not recently signed in.
        Invalid: A value that a field does not take; an end user without an organization.
        Conflicting: `name_taken`.
    """
    context.require_recent(Action.MANAGE_ACCOUNTS)
    document = with_defaults(new_document({**fields, "userName": fields.get("userName") or fields.get("email")}))
    user = User(
        id=context.services.identifiers.new(),
        provider=NATIVE,
        text=document_text(document),
        created=context.now,
        modified=context.now,
        standing=await assess(context, document),
    )
    activity = context.activity(
        Status.ACCOUNT_CREATED,
        "user",
        user.id,
        user.user_name,
        provider=NATIVE,
        organizations=organizations_of(user),
        detail=Sentence("native {user_type}", user_type=Code(user.standing.user_type)),
    )
    try:
        stored = await context.services.users.create(user, activity)
    except NameTaken as taken:
        raise name_taken(user.user_name) from taken
    return Account(user=stored, profile=Profile(account_id=user.id), provider=None)


async def deleted(context: Context, account_id: str) -> Tombstone:
    """A deleted account that can still be restored. One storage call.

    Raises:
        Denied: No permission.
        Missing: There is no deleted account with this id, or its thirty days are over.
    """
    context.require(Action.VIEW_ACCOUNTS)
    tombstone = await context.services.accounts.tombstone(account_id)
    if tombstone is None or not tombstone.is_restorable(context.now):
        raise Missing(Sentence("There is no deleted account with this id that can be restored."))
    return tombstone


async def restore(context: Context, account_id: str, organization: str | None = None) -> Account:
    """Bring a deleted account back: same id, in no group, no system administrator (AMB-1, R017).

    It belongs to the provider that it was deleted under, or is native if that one is gone.

    Args:
        context: A system administrator.
        account_id: The account.
        organization: Where an end user is to belong; None for where it belonged.

    Raises:
        Denied: Not an administrator, not recently signed in.
        Missing: There is no deleted account with this id, or its thirty days are over.
        Invalid: Its organization is gone, or there is none as is asked for.
        Conflicting: `name_taken`, or `deletion_under_way`.
    """
    context.require_recent(Action.MANAGE_ACCOUNTS)
    services = context.services
    tombstone = await deleted(context, account_id)
    provider = await services.providers.get(tombstone.user.provider)
    restored = tombstone.restored(provider.id if provider else NATIVE, context.now)
    restored = await _placed(context, restored, organization)
    activity = context.activity(
        Status.ACCOUNT_RESTORED,
        "user",
        restored.id,
        restored.user_name,
        provider=restored.provider,
        organizations=organizations_of(restored),
    )
    try:
        await services.accounts.restore(tombstone, restored, activity)
    except NameTaken as taken:
        raise Conflicting(
            Sentence(
                'Another user has the userName "{user_name}" now. Change or delete that one first.',
                user_name=restored.user_name,
            ),
            "name_taken",
        ) from taken
    except VersionConflict as conflict:
        raise Conflicting(
            Sentence(
                "The deletion is still under way, or somebody else has just restored the account. Try again "
                "in a minute."
            ),
            "deletion_under_way",
        ) from conflict
    return await load(context, account_id)


async def _placed(context: Context, user: User, organization: str | None) -> User:
    """The user in an organization that exists: the one that is asked for, or its own.

    Raises:
        Invalid: There is none.
    """
    if organization is not None:
        document = with_fields(spelled_out(user).document(), {"organizationId": organization})
        return replace(user, text=document_text(document), standing=await assess(context, document))
    own = user.standing.organization
    if own in {None, ALL_ORGANIZATIONS} or await context.services.organizations.exists(str(own)):
        return user
    raise Invalid(
        Sentence(
            'The organization with the ID "{organization}", to which "{user_name}" belonged, is gone. Restore the '
            'account with the "organizationId" of another organization, or "All".',
            organization=own,
            user_name=user.user_name,
        ),
        "organizationId",
        "organization",
    )

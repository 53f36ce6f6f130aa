"""Administration → Accounts → Technician roles, and End user roles (R016, R125)."""

from collections.abc import Sequence
from dataclasses import dataclass

from scim.admin import role_members, roles
from scim.admin.problems import Conflicting, Missing
from scim.console.code_labels import PERMISSIONS
from scim.console.forms import filled, given
from scim.console.paths import END_USER_ROLES, TECHNICIAN_ROLES, path_to
from scim.console.routing import Page
from scim.console.views import Outcome, Redirect, view
from scim.console.visits import Visit
from scim.contracts.base import Paging
from scim.contracts.roles import NewRole, RoleEdit
from scim.domain.authority import Action
from scim.domain.roles import Role
from scim.domain.users import UserType
from scim.sentences import Sentence


@dataclass(frozen=True)
class _Kind:
    """The pages of one type of roles.

    Attributes:
        user_type: Whose roles.
        place: Where the list is.
    """

    user_type: UserType
    place: str

    async def show_list(self, visit: Visit) -> Outcome:
        """The list."""
        context, query = visit.context, visit.parameters(Paging)
        uses, following = await roles.page(context, self.user_type, query.cursor, query.limit)
        through_groups = await role_members.through_groups(context, uses)
        found = list(zip(uses, through_groups, strict=True))
        return view("roles/list.html", kind=self, roles=found, next=following, is_further=bool(query.cursor))

    async def show_new(self, visit: Visit) -> Outcome:
        """*Add role*."""
        visit.context.require(Action.MANAGE_ROLES)
        return view("roles/add.html", kind=self, permissions=PERMISSIONS)

    async def add(self, visit: Visit) -> Outcome:
        """Add it."""
        values = given(visit.form, ("name", "template")) | given(visit.form, ("description",), blank="")
        wanted = filled(NewRole, {**values, "type": self.user_type})
        await roles.create(visit.context, wanted.name, wanted.type, wanted.description, wanted.template)
        return Redirect(path_to(self.place), "role-added")

    async def show_edit(self, visit: Visit) -> Outcome:
        """*Edit*."""
        context = visit.context
        context.require(Action.MANAGE_ROLES)
        role = self._of_kind(await roles.get(context, visit.path["roleId"]))
        return view("roles/edit.html", kind=self, role=role, permissions=PERMISSIONS)

    async def edit(self, visit: Visit) -> Outcome:
        """Change it."""
        values = given(visit.form, ("name",)) | given(visit.form, ("description",), blank="")
        wanted = filled(RoleEdit, {**values, "permissions": visit.form.all("permissions")})
        change = roles.RoleChange(
            name=wanted.name, description=wanted.description, permissions=frozenset(wanted.permissions)
        )
        await roles.update(visit.context, visit.path["roleId"], change, visit.version)
        return Redirect(path_to(self.place), "role-changed")

    async def show_delete(self, visit: Visit) -> Outcome:
        """*Delete*, with who would lose it."""
        context, role_id = visit.context, visit.path["roleId"]
        context.require(Action.MANAGE_ROLES)
        use = await roles.details(context, role_id)
        self._of_kind(use.role)
        try:
            preview = await roles.deletion_preview(context, role_id)
        except Conflicting:  # too many people to look at
            preview = None
        return view("roles/delete.html", kind=self, use=use, preview=preview)

    async def delete(self, visit: Visit) -> Outcome:
        """Delete it; by force when the dialog told who loses it."""
        is_told = visit.form.is_on("force")
        await roles.delete(visit.context, visit.path["roleId"], visit.version, force=is_told)
        return Redirect(path_to(self.place), "role-deleted")

    def _of_kind(self, role: Role) -> Role:
        """The role, if it is one of this list.

        Raises:
            Missing: It is of the other one.
        """
        if role.user_type is not self.user_type:
            raise Missing(Sentence("There is no role with this id."))
        return role

    def pages(self) -> Sequence[Page]:
        """All of them."""
        one, place = f"/{self.place}/{{roleId}}", self.place
        return (
            Page(path=f"/{place}", show=self.show_list, place=place),
            Page(path=f"/{place}/add", show=self.show_new, submit=self.add, place=place),
            Page(path=f"{one}/edit", show=self.show_edit, submit=self.edit, place=place),
            Page(path=f"{one}/delete", show=self.show_delete, submit=self.delete, place=place),
        )


PAGES = (
    *_Kind(UserType.TECHNICIAN, TECHNICIAN_ROLES).pages(),
    *_Kind(UserType.END_USER, END_USER_ROLES).pages(),
)

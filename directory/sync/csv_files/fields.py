"""The files and our fields in them."""

from dataclasses import dataclass

PEOPLE, UNITS, MEMBERS, MANAGERS = "people.csv", "units.csv", "members.csv", "managers.csv"
FILES = (UNITS, PEOPLE, MEMBERS, MANAGERS)  # in the order in which they are read


@dataclass(frozen=True)
class Field:
    """One of our fields, other names that it goes by without any mapping, and whether a file needs it."""

    name: str
    aliases: tuple[str, ...] = ()
    needed: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


_UNIT, _PERSON = Field("unit", ("location",), needed=True), Field("person", needed=True)
# Other names are those of our own export of people, and of Microsoft Graph.
FIELDS = {
    UNITS: (
        Field("unit", ("location", "id"), needed=True),
        Field("unit_name", ("name", "displayName")),
        Field("kind"),
        Field("parent"),
    ),
    PEOPLE: (
        Field("person", ("id",)),
        Field("user_principal_name", ("User name", "userPrincipalName"), needed=True),
        Field("display_name", ("Name", "displayName")),
        Field("given_name", ("First name", "givenName")),
        Field("surname", ("Last name",)),
        Field("job_title", ("Job", "jobTitle")),
        Field("department"),
        Field("employee_id", ("Employee number", "employeeId")),
        Field("is_active", ("Account enabled", "accountEnabled")),
        Field("units", ("locations",)),
    ),
    MEMBERS: (_UNIT, _PERSON),
    MANAGERS: (_UNIT, _PERSON, Field("role"), Field("starts_at"), Field("ends_at")),
}

"""Who lives in the attacked tenants, and in which circle of people: what one circle sees no other may."""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.utils import timezone

from audit.models import Result, record
from directory import guests, roles, signing_keys
from directory.door import Initiator
from directory.models import (
    AccessPass,
    AccessPolicy,
    Badge,
    ConnectedDirectory,
    EmailMethod,
    FederatedIdentity,
    FederationTicket,
    Group,
    GroupMember,
    GroupOwner,
    IdentityProvider,
    Invitation,
    Message,
    MessageTemplate,
    OutboxMessage,
    PasswordPolicy,
    PhoneMethod,
    Pin,
    Proof,
    RosterFile,
    Run,
    RunChange,
    Settings,
    Source,
    TextSettings,
    UnitMembership,
    Upload,
    User,
)
from tenants.models import AllowedHost, EmailDomain, HostName, Tenant, operators
from tests.conftest import assign, make_person, make_tenant, make_unit

HOSTS = {"riverside": "help.riverside.example", "lakeshore": "help.lakeshore.example"}


class People:
    """Makes them; `people` and `circles` say who and where they are."""

    def __init__(self) -> None:
        self.people: dict[str, User] = {}
        self.circles: dict[str, str] = {}
        self.units: dict[str, object] = {}
        self.tenants: dict[str, Tenant] = {}

    def make(self) -> People:
        """Riverside, from which the attacks come, Lakeshore, the guest's Hillside, and the operators."""
        for slug in ("riverside", "lakeshore", "hillside"):
            self.tenants[slug] = make_tenant(slug, slug.title())
        with operators().scope():
            for slug, host in HOSTS.items():
                HostName.objects.create(host=host, tenant=self.tenants[slug])
                AllowedHost.objects.create(host=host, port=443, tenant=self.tenants[slug])
            EmailDomain.objects.create(domain="mystaff.example", tenant=operators(), is_default=True)
        self.tenants["operators"] = operators()
        for make in (self._riverside, self._lakeshore, self._hillside, self._operators):
            tenant = self.tenants[make.__name__[1:]]
            with tenant.scope():
                make()
                self._around(tenant)
        self._guests()
        return self

    def unit(self, name: str, parent: str | None = None, circle: str | None = None, **fields) -> None:
        """A unit, by default a circle of its own."""
        self.units[name] = made = make_unit(name, self.units.get(parent), **fields)
        self.circles[str(made.pk)] = circle or name

    def person(self, name: str, domain: str, *units: str, circle: str | None = None) -> User:
        """A person with a phone, an alternate address and a line in the trail."""
        made = make_person(f"{name}@{domain}.example", name.title(), *(self.units[u] for u in units))
        self.people[name] = made
        self.circles[str(made.pk)] = circle or (
            self.circles[str(self.units[units[0]].pk)] if units else "tenant"
        )
        PhoneMethod.objects.create(user=made, number=f"+1425555{len(self.people):04}")
        EmailMethod.objects.create(user=made, address=f"{name}@home.example")
        now = timezone.now()
        Badge.objects.create(
            user=made, kind="standard", secret_hash=name, starts_at=now, ends_at=now + timedelta(days=9)
        )
        Pin.objects.create(user=made, hash="x")
        AccessPass.objects.create(
            user=made, code_hash=name, made_at=now, starts_at=now, ends_at=now + timedelta(days=9)
        )
        if name in WITH_CODES:
            Authenticator.objects.create(user=made, type="recovery_codes", data={"seed": "x", "used_mask": 0})
        in_trail(made)
        return made

    def _riverside(self) -> None:
        self.unit("lincoln", kind="school")
        self.unit("lincoln-staff", "lincoln", "lincoln", kind="staff")
        self.unit("jefferson", kind="school")
        self.unit("algebra", "jefferson", kind="class")
        self.unit("counselling", "jefferson", kind="class", hidden_membership=True)
        self.unit("office", is_restricted=True)
        for name, units in RIVERSIDE.items():
            self.person(name, "riverside", *units)
        for name, role, unit in ROLES:
            assign(self.people[name], role, self.units.get(unit))

    def _lakeshore(self) -> None:
        self.unit("harbor", kind="school", circle="harbor")
        for name in ("leo", "kai", "ivy"):
            self.person(name, "lakeshore", "harbor")
        assign(self.people["leo"], roles.GLOBAL)
        assign(self.people["kai"], roles.HELPDESK)

    def _hillside(self) -> None:
        self.person("gina", "hillside")
        assign(self.person("hal", "hillside"), roles.GLOBAL)

    def _operators(self) -> None:
        for name in ("olive", "otto"):
            assign(self.person(name, "mystaff"), roles.OPERATOR)

    def _around(self, tenant: Tenant) -> None:
        """What hangs on nobody in particular."""
        someone = User.objects.order_by("sort_name").first()
        carrying = Group.objects.create(name="Carrying", is_role_assignable=True)
        for group in (Group.objects.create(name="Choir"), carrying):
            GroupMember.objects.create(group=group, user=someone)
            GroupOwner.objects.create(group=group, user=someone)
        if not User.objects.filter(unit_memberships__isnull=False).exists():
            UnitMembership.objects.create(unit=make_unit("Room"), user=someone)
        Settings.objects.create(help_contact="x", help_phone="x", sms_sign_in=True, qr_badges=True)
        PasswordPolicy.objects.create(banned_words="mascot")
        # Off: what it would find would stand in the trail of tenants that nobody attacks from.
        AccessPolicy.objects.create(name="x", state="off", on_portal=True, allowed_networks="192.0.2.0/24")
        OutboxMessage.objects.create(channel="email", to="x@home.example", subject="x", body="x")
        Message.objects.create(channel="email", to="x@home.example", name="test", person=someone)
        MessageTemplate.objects.create(name="test", subject="x", text="x", html="x")
        in_an_hour = timezone.now() + timedelta(hours=1)
        Proof.objects.create(
            person=someone,
            kind="email",
            destination="x@home.example",
            asked_at=in_an_hour,
            ends_at=in_an_hour,
        )
        Upload.objects.create(owner=someone, name="x.csv", content=b"User name", seen=["x"])
        # Not enabled: begun by an attacker, a sign-in would ask hosts outside.
        provider = IdentityProvider.objects.create(name="x", issuer="https://id.example", client_secret="x")
        FederatedIdentity.objects.create(provider=provider, user=someone, uid=provider.uid("x"))
        FederationTicket.give("x", "x")
        signing_keys.ensure()
        outside = ConnectedDirectory.objects.create(key="x", name="x", kind="ad", secret="x")
        source = Source.objects.create(key="x", name="x", kind="ldap", directory=outside, roles={"x": "x"})
        RosterFile.objects.create(source=source, name="x", content=b"x")
        run = Run.objects.create(source=source, asked_by=someone, counts={"x": 1}, problems=["x"])
        RunChange.objects.create(run=run, position=1, kind="x", names=["x"])
        TextSettings.objects.create(gateway="http", url="https://sms.example/", secret="x")

    def _guests(self) -> None:
        """One who helps at Riverside; one of Riverside's whom Lakeshore asked, one who left it again."""
        self._ask("gina", "hal", "hillside", "riverside", "ada")
        self._role("gina", "riverside", roles.PASSWORD, "lincoln", accept=True)
        self._ask("asa", "ada", "riverside", "lakeshore", "leo")
        self._role("asa", "lakeshore", roles.GLOBAL, accept=False)
        self._ask("lena", "ada", "riverside", "lakeshore", "leo")
        self._role("lena", "lakeshore", roles.GLOBAL, accept=True)
        with self.tenants["riverside"].scope():
            guests.decline(
                Invitation.objects.get(user=self.people["lena"]), by=Initiator(self.people["lena"])
            )
        self._ask("kai", "leo", "lakeshore", "hillside", "hal")
        with self.tenants["operators"].scope():
            Invitation.objects.create(
                user=self.people["otto"], host=self.tenants["hillside"], guest_id=self.people["hal"].pk
            )

    def _ask(self, name: str, _admin: str, home: str, host: str, by: str) -> None:
        with self.tenants[host].scope():
            guests.invite(f"{name}@{home}.example", by=Initiator(self.people[by]))

    def _role(self, name: str, host: str, role: str, unit: str | None = None, *, accept: bool) -> None:
        person = self.people[name]
        if accept:
            with Tenant(pk=person.tenant_id).scope():
                guests.accept(Invitation.objects.get(user=person), by=Initiator(person))
        with self.tenants[host].scope():
            guest = User.objects.get(user_principal_name=person.user_principal_name)
            assign(guest, role, self.units.get(unit))
            self.people[f"{name} at {host}"] = guest


# Nora is in a hidden unit too, of which her teacher must not learn. Pia and Nora may be helped by some.
RIVERSIDE = {
    "sam": ["lincoln-staff"],
    "tom": ["jefferson"],
    "maria": ["lincoln-staff"],
    "helen": ["jefferson"],
    "ada": [],
    "asa": ["jefferson"],
    "lena": ["jefferson"],
    "pia": ["lincoln-staff"],
    "nora": ["algebra", "counselling"],
    "rolf": ["lincoln-staff"],
    "ivan": ["algebra"],
    "omar": ["jefferson"],
    "hugo": ["counselling"],
    "rita": ["office"],
}
# None of the actors: whoever signs in here does so with the password alone.
WITH_CODES = {"pia", "nora", "omar", "hugo", "rita", "ivy", "hal", "otto"}
ROLES = [
    ("tom", roles.PASSWORD, "algebra"),
    ("maria", roles.AUTHENTICATION, "lincoln"),
    ("helen", roles.HELPDESK, None),
    ("ada", roles.GLOBAL, None),
    ("asa", roles.PASSWORD, "algebra"),
    ("lena", roles.PASSWORD, "algebra"),
    ("rolf", roles.GLOBAL_READER, None),
    ("ivan", roles.HELPDESK, None),
]


def in_trail(person: User) -> None:
    """A line in the trail about this person."""
    who = {"id": person.pk, "name": "x", "principal_name": "x"}
    record(
        "Reset password (by admin)",
        category="UserManagement",
        operation="Update",
        result=Result.SUCCESS,
        actor=who | {"ip_address": "192.0.2.1"},
        target=who | {"type": "User"},
        changed=[{"name": "x", "oldValue": None, "newValue": None}],
        details={"Source": "x"},
    )

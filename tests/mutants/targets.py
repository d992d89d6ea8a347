"""What is mutated, and the tests that ought to notice."""

DIRECTORY, TENANTS, SURFACES = "tests/directory/", "tests/tenants/", "tests/mystaff/"

ACTIONS = [
    *(DIRECTORY + name for name in ("test_actions.py", "test_door.py", "test_guests.py")),
    SURFACES + "test_initiator.py",
]

RECOVERY = [
    *(DIRECTORY + name for name in ("recovery/test_throttle.py", "recovery/test_flow.py")),
    SURFACES + "test_selfservice.py",
]

TOLD = DIRECTORY + "test_actions_told.py"
LOCKOUT = [DIRECTORY + "test_lockout.py", SURFACES + "test_lockout.py"]
PHONE = [DIRECTORY + "recovery/test_phone_sign_in.py", SURFACES + "test_phone_sign_in.py"]

BADGES = [DIRECTORY + "test_badges.py", DIRECTORY + "test_actions_badges.py"]
BADGES += [DIRECTORY + "test_badges_at_once.py"]

# Not among them: the 2,000 random directories, the browser's tests, the plans, which take too long for each.
TARGETS = {
    "directory/permissions.py": [
        DIRECTORY + "test_permissions.py",
        DIRECTORY + "test_findable.py",
        DIRECTORY + "test_oracle.py",
        SURFACES + "test_portal_search.py",
    ],
    "directory/door.py": [
        *ACTIONS,
        *(DIRECTORY + name for name in ("test_company.py", "test_set_user.py", "test_operators.py")),
        *(SURFACES + name for name in ("admin/test_csv_import.py", "admin/test_entering.py")),
    ],
    "directory/actions/passwords.py": [*ACTIONS, DIRECTORY + "recovery/test_flow.py", *LOCKOUT],
    "directory/actions/phones.py": [*ACTIONS, *PHONE, "tests/messages/test_delivery.py"],
    "directory/actions/people.py": [DIRECTORY + "test_actions_people.py", TOLD],
    "directory/actions/units.py": [DIRECTORY + "test_actions_units.py", TOLD],
    "directory/actions/groups.py": [DIRECTORY + "test_actions_groups.py"],
    "directory/actions/roles.py": [DIRECTORY + "test_actions_roles.py", TOLD],
    "directory/actions/settings.py": [
        DIRECTORY + "test_company.py",
        SURFACES + "admin/test_switches.py",
        TOLD,
    ],
    "directory/actions/badges.py": BADGES,
    "directory/badges.py": BADGES,
    "directory/pins.py": [DIRECTORY + "test_pins.py"],
    "directory/granting.py": [DIRECTORY + "test_actions_roles.py", DIRECTORY + "test_actions_groups.py"],
    "directory/administrators.py": [
        DIRECTORY + name
        for name in ("test_administrators.py", "test_actions_roles.py", "test_actions_people.py")
    ],
    "directory/lockout.py": LOCKOUT,
    "directory/recovery/throttle.py": [*RECOVERY, *PHONE],
    "directory/recovery/flow.py": RECOVERY,
    "directory/recovery/asking.py": [*RECOVERY, *PHONE],
    "directory/recovery/phone_sign_in.py": PHONE,
    "directory/recovery/eligibility.py": [*RECOVERY, *PHONE],
    "directory/models/units.py": [
        DIRECTORY + "test_units.py",
        DIRECTORY + "test_permissions.py",
        DIRECTORY + "test_assign_role.py",
    ],
    "tenants/isolation.py": [
        TENANTS + "test_isolation.py",
        TENANTS + "test_wall.py",
        TENANTS + "test_checks.py",
    ],
    "tenants/middleware.py": [
        TENANTS + "test_middleware.py",
        SURFACES + "test_front_page.py",
        SURFACES + "test_failures.py",
    ],
}
# Lays the wall while a database is made: its mutants each need one of their own.
WALL = "tenants/isolation.py"
BARE = "MUTANTS_BARE_DATABASE"  # the name of one without a wall, told to the processes that copy it
EXAMPLES = 15  # random directories for each mutant of the rule, where its tests take 2,000
TOO_LONG = [f"{DIRECTORY}test_oracle.py::test_the_rule_is_the_oracles[{shard}]" for shard in (1, 2, 3)]

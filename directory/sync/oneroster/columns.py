"""The columns of OneRoster's CSV files, in their order (CSV Tables 1.1; CSV Binding 1.2.1)."""

MANIFEST = "manifest.csv"
ORGS, TERMS, COURSES, CLASSES = "orgs.csv", "academicSessions.csv", "courses.csv", "classes.csv"
USERS, ROLES, ENROLMENTS = "users.csv", "roles.csv", "enrollments.csv"

_ALWAYS = "sourcedId status dateLastModified "
_SAME = {
    ORGS: _ALWAYS + "name type identifier parentSourcedId",
    TERMS: _ALWAYS + "title type startDate endDate parentSourcedId schoolYear",
    COURSES: _ALWAYS + "schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes",
    CLASSES: _ALWAYS + "title grades courseSourcedId classCode classType location schoolSourcedId "
    "termSourcedIds subjects subjectCodes periods",
    ENROLMENTS: _ALWAYS + "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
}
_USERS_11 = (
    "enabledUser orgSourcedIds role username userIds givenName familyName middleName identifier email sms "
    "phone agentSourcedIds grades password"
)
_USERS_12 = (
    "enabledUser username userIds givenName familyName middleName identifier email sms phone agentSourcedIds "
    "grades password userMasterIdentifier resourceSourcedIds preferredGivenName preferredMiddleName "
    "preferredFamilyName primaryOrgSourcedId pronouns"
)
_ROLES_12 = "userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId"
_BY_VERSION = {
    "1.1": _SAME | {USERS: _ALWAYS + _USERS_11},
    "1.2": _SAME | {USERS: _ALWAYS + _USERS_12, ROLES: _ALWAYS + _ROLES_12},
}
COLUMNS = {
    version: {name: tuple(columns.split()) for name, columns in files.items()}
    for version, files in _BY_VERSION.items()
}
MANIFEST_COLUMNS = ("propertyName", "value")
# Exporters of 1.2 write these two or leave them out.
OPTIONAL = frozenset({"resourceSourcedIds", "pronouns"})
# An often seen name for a column of the standard.
ALIASES = {"termSourcedIds": "termSourcedId"}

MAY_BE_ABSENT = frozenset({TERMS, COURSES})
# In the standard, and of no use here; demographics are none of our business.
NEVER_READ = frozenset(
    {
        "categories.csv",
        "classResources.csv",
        "courseResources.csv",
        "demographics.csv",
        "lineItemLearningObjectiveIds.csv",
        "lineItemScoreScales.csv",
        "lineItems.csv",
        "resources.csv",
        "resultLearningObjectiveIds.csv",
        "resultScoreScales.csv",
        "results.csv",
        "scoreScales.csv",
        "userProfiles.csv",
        "userResources.csv",
    }
)

"""A small export to bend: two schools, a department, three people, one class, in both versions."""

import zipfile
from pathlib import Path

ORGS = """\
sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
d,,,Riverside,district,,
s1,,,Lincoln,school,101,d
s2,,,Jefferson,school,102,d
dep,,,Science,department,,s2
"""
TERMS = """\
sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
t1,,,Autumn,semester,2026-08-17,2027-01-15,,2027
t2,,,Spring,semester,2027-01-18,2027-06-11,,2027
"""
COURSES = """\
sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes
bio,,,t1,Biology,,,d,,
"""
CLASSES = """\
sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,\
termSourcedIds,subjects,subjectCodes,periods
c1,,,Biology 9A,09,bio,B9A,scheduled,,s2,"t1,t2",,,
"""
ENROLMENTS = """\
sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
e1,,,c1,s2,tom,teacher,true,2026-08-17,2027-06-11
e2,,,c1,s2,nora,student,false,,
"""
USERS_11 = """\
sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,\
middleName,identifier,email,sms,phone,agentSourcedIds,grades,password
tom,,,true,"s2,s1",teacher,tom.baker,,Tom,Baker,,E1,tom@riverside.example,,,,,
nora,,,true,s2,student,nora.field,,Nora,Field,,2001,,,,,09,hunter2
amy,,,false,d,administrator,amy.ross,,Amy,Ross,,E2,,,,,,
"""
USERS_12 = """\
sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,\
email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,\
preferredFamilyName,primaryOrgSourcedId,pronouns
tom,,,true,tom.baker,,Tom,Baker,,E1,tom@riverside.example,,,,,,,,,,s2,
nora,,,true,nora.field,,Nora,Field,,2001,,,,,09,hunter2,,,,,,
amy,,,false,amy.ross,,Amy,Ross,,E2,,,,,,,,,,,,
"""
ROLES = """\
sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId
r1,,,tom,primary,teacher,,,s2,
r2,,,tom,secondary,teacher,,,s1,
r3,,,nora,primary,student,,,s2,
r4,,,amy,primary,districtAdministrator,,,d,
"""


def manifest(version: str, **modes: str) -> str:
    """The manifest; a mode of "" leaves a file out."""
    names = ["academicSessions", "classes", "courses", "enrollments", "orgs", "users"]
    names += ["roles"] * (version == "1.2")
    modes = dict.fromkeys(names, "bulk") | {"demographics": "absent"} | modes
    lines = [f"file.{name},{mode}" for name, mode in modes.items() if mode]
    return "\n".join(
        ["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}", *lines, ""]
    )


def files(version: str = "1.2", **modes: str) -> dict[str, str | bytes | None]:
    """The files of the export, by name."""
    common = {
        "manifest.csv": manifest(version, **modes),
        "orgs.csv": ORGS,
        "academicSessions.csv": TERMS,
        "courses.csv": COURSES,
        "classes.csv": CLASSES,
        "enrollments.csv": ENROLMENTS,
    }
    users = {"users.csv": USERS_11} if version == "1.1" else {"users.csv": USERS_12, "roles.csv": ROLES}
    return common | users


def pack(path: Path, contents: dict[str, str | bytes | None]) -> Path:
    """Zip the files; None leaves one out."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            if content is not None:
                archive.writestr(name, content)
    return path

"""Active Directory and OpenLDAP: passwords, unlocking, numbers and addresses, over TLS only."""

from directory.connectors.ldap.active_directory import ActiveDirectory
from directory.connectors.ldap.openldap import OpenLdap

__all__ = ["ActiveDirectory", "OpenLdap"]

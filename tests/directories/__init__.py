"""Active Directory and OpenLDAP, the real ones, provisioned by the run itself on loopback."""

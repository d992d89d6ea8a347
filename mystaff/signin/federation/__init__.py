"""The tenant's own identity provider: social-auth speaks OpenID Connect and SAML, who it is is ours.

Neither social-auth's views nor its pipeline are used: they would call Django's login, past second factors
and policies, and look people up over the whole instance.
"""

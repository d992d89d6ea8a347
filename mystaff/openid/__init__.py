"""An OpenID Connect provider for each tenant: the password kept here signs people in to other applications.

The protocol is allauth's and oauthlib's; what stands here makes it one tenant's, and narrower.
"""

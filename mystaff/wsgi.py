"""What the web server serves. It does not start where the wall between tenants would not stand."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mystaff.settings")

application = get_wsgi_application()

from tenants.checks import refuse_unsafe_role  # noqa: E402  Django must be set up first

refuse_unsafe_role()

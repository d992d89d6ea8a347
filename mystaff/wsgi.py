"""What the web server serves. It does not start where the wall between tenants would not stand."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mystaff.settings")

application = get_wsgi_application()

from django.db.backends.signals import connection_created  # noqa: E402  Django must be set up first

from mystaff import waiting  # noqa: E402
from tenants.checks import refuse_unsafe_role  # noqa: E402

connection_created.connect(waiting.limit, dispatch_uid="mystaff.waiting")
refuse_unsafe_role()

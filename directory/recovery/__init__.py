"""Self-service: how somebody who forgot their password gets back in alone."""

"""What every service stands on: a manifest becomes an application, a relay, a consumer and contracts."""

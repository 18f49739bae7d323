"""Backstage entities: customers as groups and market spaces as domains of a developer portal, in and out."""

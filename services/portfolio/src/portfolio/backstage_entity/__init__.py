"""Backstage entities: services as the catalog of a developer portal names them, taken in and given out."""

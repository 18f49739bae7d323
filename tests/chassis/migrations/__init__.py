"""Migrations of the post office that tests of the chassis run."""

"""Attainments: how services kept their promises, as portfolio has assessed them."""

"""Which words of Backstage mean which of the portfolio: lifecycles, relations, and annotations for the rest."""

from collections.abc import Mapping
from dataclasses import dataclass

from portfolio.service.terms import Stage, Status

API_VERSION = "backstage.io/v1alpha1"
SOURCE = "backstage"
DEFAULT_TYPE = "service"
NOBODY = "unowned"

EXPERIMENTAL, PRODUCTION, DEPRECATED = "experimental", "production", "deprecated"

# Services that are gone have no lifecycle there: they are not given out.
LIFECYCLES: Mapping[Status, str] = {
    Status.PROPOSED: EXPERIMENTAL,
    Status.DEFINED: EXPERIMENTAL,
    Status.ANALYZED: EXPERIMENTAL,
    Status.APPROVED: EXPERIMENTAL,
    Status.CHARTERED: EXPERIMENTAL,
    Status.IN_DEVELOPMENT: EXPERIMENTAL,
    Status.ON_HOLD: EXPERIMENTAL,
    Status.OPERATIONAL: PRODUCTION,
    Status.RETIRING: DEPRECATED,
}
JOINS: Mapping[str, Stage] = {
    EXPERIMENTAL: Stage.PIPELINE,
    PRODUCTION: Stage.CATALOG,
    DEPRECATED: Stage.CATALOG,  # and has its notice
}

OURS = "steward/"
CODE, KIND, OWNER, TAGS = f"{OURS}code", f"{OURS}kind", f"{OURS}owner", f"{OURS}tags"
LIFECYCLE, RETIRES_ON, DEPENDS_ON = f"{OURS}lifecycle", f"{OURS}retires-on", f"{OURS}depends-on"


@dataclass(frozen=True)
class Relation:
    """A field of a spec. `says` is the kind of the dependency; `uses`: the entity uses what it names, else the other
    way round; `names` is the kind of entity that is meant where none is written."""

    field: str
    says: str | None
    uses: bool
    names: str = ""


MADE_OF, CONSUMES, PROVIDED_BY = "made of", "consumes API", "provided by"
CONSUMES_APIS = Relation("consumesApis", CONSUMES, uses=True, names="API")
PROVIDES_APIS = Relation("providesApis", PROVIDED_BY, uses=False, names="API")
IN_SYSTEM = Relation("system", MADE_OF, uses=False, names="System")
SUBCOMPONENT = Relation("subcomponentOf", MADE_OF, uses=False, names="Component")
DEPENDENCY = Relation("dependsOn", None, uses=True)
DEPENDENCY_OF = Relation("dependencyOf", None, uses=False)

# Where two relations join the same two services, the first one says in what way.
RELATIONS = (IN_SYSTEM, SUBCOMPONENT, PROVIDES_APIS, CONSUMES_APIS, DEPENDENCY, DEPENDENCY_OF)

"""The words of Backstage that the market has others for, and the annotations for what Backstage has no word for."""

API_VERSION = "backstage.io/v1alpha1"
SOURCE = "backstage"
DEFAULT_TYPE = "business-unit"
MEMBERS = "members"  # the measure by which a group's members are the size of a customer

OURS = "steward/"
CODE, OWNER, MEMBER_COUNT = f"{OURS}code", f"{OURS}owner", f"{OURS}members"

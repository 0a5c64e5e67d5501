"""``orefield deposit``: from drill holes to a classified, uncertain, living resource model."""

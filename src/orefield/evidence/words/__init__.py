"""Words of the field, in English and Chinese: commodities, units, hedges, what is measured."""

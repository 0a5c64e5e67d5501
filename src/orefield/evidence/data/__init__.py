"""Tables that the evidence room ships: gazetteer, extents, generic words, variants."""

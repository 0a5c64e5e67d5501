"""The steps of a resource model as a file of settings describes them."""

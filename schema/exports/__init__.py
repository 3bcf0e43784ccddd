"""Downloads: the mutations that hand out links to them."""

"""How this city reads the document where it can be read in more than one way: chosen by the operator, from a day on."""

"""How well a drawing is coloured, as figures; knows no clip and no method."""

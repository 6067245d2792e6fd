"""Drawings from free art drawn by hand: avatars, heads, clip art, inhabitants. None of the art lies in here."""

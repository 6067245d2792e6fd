"""Why a region is in doubt, by what confidence was judged by."""

import numpy as np

from cmft_engine.matching.calibration import CONFIDENCE_FEATURES
from cmft_engine.matching.reasons import ALIKE, DIVIDED, FAR, FIRST_SEEN, NO_MATCH, PIECES, TINY, doubt_reasons


def test_the_first_that_holds():
    """In the order in which a person needs to know."""
    calm = {"cycle": 1.0, "flow agreement": 1.0, "margin": 0.9, "pixels only": 0.0}
    rows = [{}, {"margin": 0.1}, {"flow agreement": 0.1, "margin": 0.1}, {"cycle": 0.0, "flow agreement": 0.1}, {}, {}]
    features = np.zeros((6, len(CONFIDENCE_FEATURES)))
    for row, changed in enumerate(rows):
        for name, value in {**calm, **changed}.items():
            features[row, CONFIDENCE_FEATURES.index(name)] = value
    divided = np.array([False] * 4 + [True] * 2)
    unknown = np.array([False] * 5 + [True])
    assert doubt_reasons(features, unknown=unknown, divided=divided).tolist() == [
        NO_MATCH, ALIKE, FAR, PIECES, DIVIDED, FIRST_SEEN]
    features[:, CONFIDENCE_FEATURES.index("pixels only")] = 1
    assert doubt_reasons(features, unknown=unknown, divided=divided).tolist() == [TINY] * 5 + [FIRST_SEEN]

import numpy as np

from benchmarks.baselines.region_features import describe_regions, label_closed_regions


def test_a_leak_is_closed_and_a_wide_door_is_not():
    """Two rooms joined by a passage of 4 px are two regions, by one of 12 px they are one."""
    for passage, regions in ((4, 3), (12, 2)):
        line = np.full((64, 96, 3), 255, np.uint8)
        line[8:56, 8:88] = 0
        line[10:54, 10:86] = 255
        line[10:54, 46:50] = 0
        line[30 : 30 + passage, 46:50] = 255
        labels, count = label_closed_regions(line)
        assert len(np.unique(labels[labels > 0])) == count - 1 == regions


def test_region_features_measure_what_they_say():
    """Centre, area and touched sides of a plain rectangle are exact."""
    line = np.zeros((40, 60, 3), np.uint8)
    line[5:15, 20:50] = 255
    features = describe_regions(line)
    assert len(features) == 1
    assert features.area[0] == 300
    assert tuple(features.center[0]) == (34.5, 9.5)
    assert not features.touches.any()

"""From a trained state to the shipped checkpoint: averaging and calibration."""

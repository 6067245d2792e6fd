"""Jobs for render farms: an OpenJD bundle of a job, and how a run tells a farm how far it is."""

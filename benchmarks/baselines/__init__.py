"""What a user would pick instead of the engine, learned or not. Each: three uint8 RGB arrays in, one out."""

from .copy import copy_reference
from .flow import flow_warp
from .region_match import region_match, region_match_with_flow
from .two_references import region_match_all

__all__ = ["copy_reference", "flow_warp", "region_match", "region_match_all", "region_match_with_flow"]

"""The convolutions of VGG-19 (Simonyan and Zisserman, 2014) up to conv5_1, for weights that a user supplies.

Names and order are those of torchvision's `vgg19().features`, so that its file fits. No weights come with it.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

WIDTHS = (64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512)  # 0: a pooling
TAPS = (1, 6, 11, 20, 29)  # behind the rectifiers of conv1_1, 2_1, 3_1, 4_1 and 5_1
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Vgg19(nn.Module):
    """Features of a picture at full, half, quarter, eighth and sixteenth size."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 3
        for width in WIDTHS:
            if width:
                layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
                inputs = width
            else:
                layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        """Return the taps of RGB (B, 3, H, W) in [0, 1], fine to coarse."""
        mean, deviation = (rgb.new_tensor(values)[:, None, None] for values in (MEAN, DEVIATION))
        x, taps = (rgb - mean) / deviation, []
        for number, layer in enumerate(self.features):
            x = layer(x)
            if number in TAPS:
                taps.append(x)
        return taps


class VggFeatures:
    """What Deep Image Analogy reads of lines and paintings when VGG's weights are there (see `deep_analogy`)."""

    def __init__(self, network: Vgg19) -> None:
        self._network = network.eval()

    def lines(self, line: np.ndarray) -> list[np.ndarray]:
        """Return the maps of a line plate, uint8 RGB (S, S, 3), coarse to fine, float32 (h, w, C)."""
        with torch.inference_mode():
            rgb = torch.from_numpy(line.astype(np.float32) / 255).permute(2, 0, 1)[None]
            return [tap[0].permute(1, 2, 0).numpy() for tap in reversed(self._network(rgb))]

    def painting(self, painting: np.ndarray, line: np.ndarray) -> list[np.ndarray]:
        """Return the maps of a painting, ink included, as those of a line plate."""
        return self.lines(painting)

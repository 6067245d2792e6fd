"""The plain CMFT of the paper as a switch of ours: the decoder's RGB is the result.

Zhang, Wang, Wen, Li and Liu, WACV 2021. Our CMFT network with its encoders, its three matches and its decoder; no
palette, no region network, no flow, nothing snapped. What differs from the paper is what our network differs in (see
docs/method.md): a smaller residual decoder, a semantic net that is trained with the rest instead of Illustration2Vec,
normalised features with a learned temperature, finer matches below the best coarse cells only.

Trained like the other learned baselines: L1 of the decoded RGB and, for the latent colours, of the RGB that arrives
at 1/8, 1/4 and 1/2. No label of a part is looked at. Perceptual and adversarial losses are left out: VGG's weights
are not ours to give, and the form and weight of the paper's adversary are not known to us.
"""

from __future__ import annotations

from torch import Tensor, nn

from cmft_engine.matching.network.network import Network, NetworkOutput


class PlainCmft(nn.Module):
    """The network as a painter (see `learned`); sides must be multiples of 16 px."""

    def __init__(self, network: Network | None = None) -> None:
        """network: trained weights; a new network by default."""
        super().__init__()
        self.network = network or Network()

    def run(self, line: Tensor, reference_line: Tensor, reference_color: Tensor) -> NetworkOutput:
        """Return all that the network says, its latent colours included."""
        output: NetworkOutput = self.network(line, self.network.encode_reference(reference_line, reference_color))
        return output

    def forward(self, line: Tensor, reference_line: Tensor, reference_color: Tensor) -> Tensor:
        """Paint the target, RGB (B, 3, S, S), clipped to [0, 1]."""
        return self.run(line, reference_line, reference_color).rgb.float().clamp(0, 1)

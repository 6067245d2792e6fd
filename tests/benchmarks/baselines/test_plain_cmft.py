import torch


def test_the_plain_cmft_is_the_decoder_s_rgb(painters):
    """Nothing is snapped: what comes out is the network's RGB, clipped."""
    painter = painters["plain"].eval()
    line, rgb = torch.rand(1, 2, 64, 64), torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        output = painter.network(line, painter.network.encode_reference(line, rgb))
        assert torch.equal(painter(line, line, rgb), output.rgb.clamp(0, 1))

import torch

from benchmarks.baselines.patch_gan import PatchGan, normed


def test_a_patch_of_the_discriminator_is_70_px_wide():
    """One output depends on 70 x 70 px of the picture and on nothing else."""
    judge = PatchGan(2, wrap=normed).eval()
    for module in judge.modules():  # a norm looks at the whole picture
        if isinstance(module, torch.nn.InstanceNorm2d):
            module.forward = lambda x: x  # type: ignore[method-assign]
    picture = torch.rand(1, 3, 140, 140, requires_grad=True)
    logits = judge(torch.rand(1, 2, 140, 140), picture)
    logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2].backward()
    seen = torch.nonzero(picture.grad.abs().sum(dim=(0, 1)))
    assert tuple(seen.max(0).values - seen.min(0).values + 1) == (70, 70)

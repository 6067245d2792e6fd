"""What `run` runs under another torch: load, compare, set knobs, odd sizes. Torch and numpy alone, Python 3.7.

    python child.py FOLDER     with live.pt, packed.npy and expected.npy in it; prints JSON
"""

import json
import sys

import numpy as np
import torch


def main(folder: str) -> None:
    """Print what was found."""
    model = torch.jit.load(folder + "/live.pt").eval()
    knobs = [model.work_size == 512, model.linear == 1, model.ink_over == 1, abs(model.ink_threshold - 0.3) < 1e-6]
    model.linear, model.ink_over = 0, 0
    packed = torch.from_numpy(np.load(folder + "/packed.npy"))
    expected = torch.from_numpy(np.load(folder + "/expected.npy"))
    with torch.no_grad():
        found = model(packed)
        model.work_size = 128
        knobs.append(not torch.equal(model(packed), found))
        odd = packed[:, :, : min(301, packed.shape[2] - 19), : min(333, packed.shape[3] - 19)].clone()
        odd[:, :, :5, :5] = float("nan")
        odd[:, :, 5:9] = 4.0
        odd[:, :, 9:12] = -4.0
        picture = model(odd)
    fine = tuple(picture.shape) == (1, 4) + tuple(odd.shape[2:]) and bool(torch.isfinite(picture).all())
    print(json.dumps({"torch": torch.__version__, "difference": float((found - expected).abs().max()),
                      "knobs": all(knobs), "odd": fine}))


if __name__ == "__main__":
    main(sys.argv[1])

#!/usr/bin/env python3
"""Trains the network of examples/digits and writes what the job reads: ../data/model.bin and ../data/test.csv.

    python3 -m venv /tmp/train && /tmp/train/bin/pip install -r requirements.txt
    /tmp/train/bin/python train.py

The same versions write the same bytes on every machine. A sum of rounded floats depends on its order, and the order on the processor; so everything that
goes into a sum is first put on a grid of powers of two, coarse enough that all products and sums are exact in binary64. What is left are single operations, which
IEEE 754 defines, and an exponential made of them. Weights are used on their grid in training as well, so the file holds what was trained.

The network:  8×8 -> conv 3×3, 12 planes, relu -> conv 3×3, 24 planes, relu -> largest of each 2×2 -> dense 10 -> softmax
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

DATA = Path(__file__).resolve().parent.parent / "data"
PLANES = (1, 12, 24)
CLASSES = 10
TEST_IMAGES = 360
EPOCHS, BATCH, RATE, MOMENTUM, DECAY = 40, 32, 0.05, 0.9, 5e-4


def grid(values, bits, limit):
    """To multiples of 2^-bits, within ±limit."""
    return np.clip(np.rint(values * 2.0**bits) / 2.0**bits, -limit, limit)


# The widest sum is a convolution's gradient: 64 places × 32 images of activation × delta, 2^(16 + 22 + 11) steps of the grid, fewer than 2^53.
def on_weights(values):
    return grid(values, 10, 8)


def on_activations(values):
    return grid(values, 10, 63)


def on_deltas(values):
    return grid(values, 18, 15)


def exp(x):
    """e^x for x <= 0, by exact operations only: a polynomial near 0, squared eight times."""
    y = np.maximum(x, -60.0) / 256.0
    e = 1 + y * (1 + y * (1 / 2 + y * (1 / 6 + y * (1 / 24 + y / 120))))
    for _ in range(8):
        e = e * e
    return e


def softmax(logits):
    e = grid(exp(logits - logits.max(axis=1, keepdims=True)), 40, 1)
    return e / e.sum(axis=1, keepdims=True)


def patches(planes):
    """The 3×3 surroundings of each place, zeros beyond the edge: (image, plane, y, x) -> (image, y, x, plane·3·3)."""
    images, count, side, _ = planes.shape
    padded = np.pad(planes, ((0, 0), (0, 0), (1, 1), (1, 1)))
    parts = [padded[:, :, dy : dy + side, dx : dx + side] for dy in range(3) for dx in range(3)]
    return np.stack(parts, axis=-1).transpose(0, 2, 3, 1, 4).reshape(images, side, side, count * 9)


def conv(planes, weights, bias):
    seen = patches(planes)
    return seen, (seen @ weights.T + bias).transpose(0, 3, 1, 2)


def conv_backward(seen, delta, weights):
    """Gradients of weights and bias, and the delta of the planes before."""
    by_place = delta.transpose(0, 2, 3, 1)
    flat = by_place.reshape(-1, by_place.shape[-1])
    images, side, _, width = seen.shape
    back = (by_place @ weights).reshape(images, side, side, width // 9, 9)
    before = np.zeros((images, width // 9, side + 2, side + 2))
    for at in range(9):
        dy, dx = divmod(at, 3)
        before[:, :, dy : dy + side, dx : dx + side] += back[..., at].transpose(0, 3, 1, 2)
    return flat.T @ seen.reshape(-1, width), flat.sum(axis=0), before[:, :, 1:-1, 1:-1]


def forward(images, model):
    w1, b1, w2, b2, w3, b3 = [on_weights(part) for part in model]
    seen1, sums1 = conv(images[:, None], w1, b1)
    planes1 = on_activations(np.maximum(sums1, 0))
    seen2, sums2 = conv(planes1, w2, b2)
    planes2 = on_activations(np.maximum(sums2, 0))
    count, depth, side, _ = planes2.shape
    blocks = planes2.reshape(count, depth, side // 2, 2, side // 2, 2)
    pooled = blocks.max(axis=(3, 5))
    flat = pooled.reshape(count, -1)
    return flat @ w3.T + b3, (seen1, planes1, seen2, planes2, blocks, pooled, flat)


def gradients(images, labels, model):
    logits, (seen1, planes1, seen2, planes2, blocks, pooled, flat) = forward(images, model)
    _, _, w2, _, w3, _ = [on_weights(part) for part in model]
    delta3 = on_deltas(softmax(logits) - np.eye(CLASSES)[labels])
    # The largest of a block gets its delta; of equals, each does. Where relu gave 0 nothing goes back.
    delta_pooled = on_deltas(delta3 @ w3).reshape(pooled.shape)[:, :, :, None, :, None]
    delta2 = np.where(blocks == pooled[:, :, :, None, :, None], delta_pooled, 0).reshape(planes2.shape) * (planes2 > 0)
    dw2, db2, before = conv_backward(seen2, delta2, w2)
    delta1 = on_deltas(before) * (planes1 > 0)
    dw1, db1, _ = conv_backward(seen1, delta1, on_weights(model[0]))
    return [dw1, db1, dw2, db2, delta3.T @ flat, delta3.sum(axis=0)]


def moved(images, rng):
    """Each image moved by up to one pixel in each direction, and a little lighter or darker."""
    shifts = rng.integers(-1, 2, size=(len(images), 2))
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    out = np.stack([image[1 + dy : 9 + dy, 1 + dx : 9 + dx] for image, (dy, dx) in zip(padded, shifts)])
    return on_activations(out * (0.8 + 0.4 * rng.random(size=(len(images), 1, 1))))


def train(images, labels, seed):
    rng = np.random.Generator(np.random.PCG64(seed))
    shapes = [(PLANES[1], 9), (PLANES[1],), (PLANES[2], PLANES[1] * 9), (PLANES[2],), (CLASSES, PLANES[2] * 16), (CLASSES,)]
    # Uniform, of variance 2 / inputs; biases start at 0.
    model = [(2 * rng.random(size=s) - 1) * np.sqrt(6 / s[-1]) if len(s) > 1 else np.zeros(s) for s in shapes]
    speed = [np.zeros(s) for s in shapes]
    steps, step = EPOCHS * (len(images) // BATCH), 0
    for epoch in range(EPOCHS):
        order = rng.permutation(len(images))
        for start in range(0, len(images) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            found = gradients(moved(images[chosen], rng), labels[chosen], model)
            rate = RATE * (1 - step / steps)
            step += 1
            for i, gradient in enumerate(found):
                speed[i] = MOMENTUM * speed[i] - rate * (gradient / BATCH + DECAY * model[i])
                model[i] = model[i] + speed[i]
        right = (forward(images, model)[0].argmax(axis=1) == labels).sum()
        print(f"epoch {epoch + 1:2}: {right} of {len(images)} training images", flush=True)
    return [on_weights(part) for part in model]


def main():
    digits = load_digits()
    rows = np.column_stack([digits.data, digits.target]).astype(int)
    # The images stand in the order of their writers: the last ones are by people whose hand the network has not seen, or hardly.
    training, test = rows[:-TEST_IMAGES], rows[-TEST_IMAGES:]
    images = training[:, :64].reshape(-1, 8, 8) / 16
    model = train(images, training[:, 64], seed=1)
    DATA.mkdir(exist_ok=True)
    np.concatenate([part.ravel() for part in model]).astype("<f4").tofile(DATA / "model.bin")
    np.savetxt(DATA / "test.csv", test, fmt="%d", delimiter=",")
    right = (forward(test[:, :64].reshape(-1, 8, 8) / 16, model)[0].argmax(axis=1) == test[:, 64]).sum()
    print(f"{right} of {TEST_IMAGES} test images = {100 * right / TEST_IMAGES:.2f} %")


if __name__ == "__main__":
    main()

"""The network of `mnist train --recipe accurate` as a PyTorch user writes it who knows what is fast: channels-last memory
and the fused Adam, images augmented a batch at a time.

With --bfloat16 the layers compute in bfloat16 (autocast). It trains on all images, and tests nothing. Needs torch.
"""

import math
import time

import torch
from idx import load_data, training_parser
from pytorch_mnist import channels_last, tensors
from torch import nn

BATCH, RATE, FIELDS = 128, 3e-3, 4096


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, images):
        images = self.norm(images)
        return images + torch.relu(self.conv(images))


def stage(convolution):
    channels = convolution.out_channels
    return [convolution, nn.MaxPool2d(2), nn.ReLU(), Residual(channels), nn.BatchNorm2d(channels)]


def build_model():
    return nn.Sequential(
        nn.Conv2d(1, 48, 5),
        nn.ReLU(),
        Residual(48),
        nn.MaxPool2d(2),
        Residual(48),
        nn.BatchNorm2d(48),
        *stage(nn.Conv2d(48, 96, 3, padding=1)),
        *stage(nn.Conv2d(96, 192, 3, padding=1)),
        nn.AvgPool2d(3),
        nn.Flatten(),
        nn.Linear(192, 10),
    ).to(memory_format=torch.channels_last)


class Augmentation:
    """Affine maps and elastic fields of `mnist train --augment elastic`; the fields are drawn once."""

    def __init__(self):
        knots = torch.randn(2 * FIELDS, 1, 5, 5) * 0.05
        fields = nn.functional.interpolate(knots, (28, 28), mode="bicubic", align_corners=True)
        self.fields = fields.reshape(FIELDS, 2, 28, 28).permute(0, 2, 3, 1).contiguous()
        line = (torch.arange(28) + 0.5) / 14 - 1
        self.y, self.x = torch.meshgrid(line, line, indexing="ij")

    def __call__(self, images):
        count = len(images)

        def draw(most):
            return ((torch.rand(count) * 2 - 1) * most)[:, None, None]

        turn, shear = draw(math.radians(12)), draw(0.15)
        across, down = (0.95 * torch.exp(draw(0.12)) for _ in range(2))
        cosine, sine = torch.cos(turn), torch.sin(turn)
        x = (cosine * self.x + (cosine * shear - sine) * self.y) / across + draw(1 / 7)
        y = (sine * self.x + (cosine + sine * shear) * self.y) / down + draw(1 / 7)
        grid = torch.stack([x, y], -1) + self.fields[torch.randint(FIELDS, (count,))]
        return nn.functional.grid_sample(images, grid, align_corners=False)


def main():
    parser = training_parser(__doc__)
    parser.add_argument("--bfloat16", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    images, labels = tensors(*load_data(options.data)[0])
    model, augment = build_model(), Augmentation()
    optimizer = torch.optim.Adam(model.parameters(), RATE, betas=(0.9, 0.99), fused=True)
    for epoch in range(1, options.epochs + 1):
        start = time.perf_counter()
        loss_sum = correct = 0.0
        for rows in torch.randperm(len(images)).split(BATCH):
            batch = channels_last(augment(images[rows]))
            with torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16):
                logits = model(batch)
            loss = nn.functional.cross_entropy(logits.float(), labels[rows], label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(rows)
            correct += (logits.argmax(1) == labels[rows]).sum().item()
        seconds = time.perf_counter() - start
        print(
            f"epoch {epoch}: {seconds:.2f}s - accuracy: {correct / len(images):.4f} - "
            f"loss: {loss_sum / len(images):.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()

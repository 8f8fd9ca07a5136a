"""Models as Python's users build them, for onnx_models_test.py: each with the shape of its input."""

import torch
import torch.nn.functional as F
from torch import nn

DIGIT, PHOTO = (1, 28, 28), (3, 32, 32)


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.steps = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        return F.relu(x + self.steps(x), inplace=True)


class UShaped(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = nn.Conv2d(1, 8, 3, padding=1)
        self.down2 = nn.Conv2d(8, 16, 3, padding=1, stride=2)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.last = nn.Conv2d(16, 4, 1)

    def forward(self, x):
        wide = F.relu(self.down1(x))
        narrow = F.relu(self.down2(wide))
        return self.last(torch.cat([wide, self.up(narrow)], 1)).mean((2, 3))


class Viewed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.last = nn.Linear(676, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return F.log_softmax(self.last(x.view(x.size(0), -1)), dim=1)


class Scripty(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(784, 10)
        self.layers = nn.ModuleList([nn.Linear(10, 10) for _ in range(3)])

    def forward(self, x):
        if x.dim() != 4:
            raise ValueError("expected images")
        x = self.first(x.flatten(1))
        outputs = [x]
        for layer in self.layers:
            x = F.gelu(layer(x))
            outputs.append(x)
        if self.training:
            x = x * 2
        named = {"all": torch.stack([torch.sigmoid(output) for output in outputs], 1)}
        return named["all"].sum(1)


class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(1 + 4 * i, 4, 3, padding=1) for i in range(4)])
        self.norm = nn.BatchNorm2d(17, affine=False)
        self.last = nn.Linear(17, 10)

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(F.relu(layer(torch.cat(features, 1))))
        return self.last(F.adaptive_avg_pool2d(self.norm(torch.cat(features, 1)), 1).flatten(1))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(1, 16, 7, stride=7)
        self.token = nn.Parameter(torch.randn(1, 1, 16))
        self.norm = nn.LayerNorm(16)
        self.projection = nn.Linear(16, 48)
        self.last = nn.Linear(16, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = self.norm(torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1))
        query, key, value = self.projection(x).chunk(3, -1)
        x = x + torch.softmax(query @ key.transpose(-2, -1) / 4, -1) @ value
        return self.last(x[:, 0])


class Pools(nn.Module):
    def forward(self, x):
        return (
            F.max_pool2d(x, 3, 2, 1, ceil_mode=True),
            F.max_pool2d(x, [2], [2]),
            F.max_pool2d(x, 3, dilation=2),
            F.max_pool2d(x, 2, 5, ceil_mode=True),
            F.avg_pool2d(x, 3, 2, 1),
            F.avg_pool2d(x, 3, 2, 1, ceil_mode=True),
            F.avg_pool2d(x, 5, 3, 0, ceil_mode=True),
            F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
            F.avg_pool2d(x, (2, 3)),
            F.adaptive_max_pool2d(x, 7),
            F.adaptive_avg_pool2d(x, (9, 5)),
        )


class Activations(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 3, 1)
        self.slopes = nn.PReLU(3)

    def forward(self, x):
        x = self.conv(x) * 3
        return (
            self.slopes(x), F.relu6(x), F.leaky_relu(x, 0.2), F.elu(x), F.celu(x, 0.7), F.selu(x),
            F.gelu(x), F.gelu(x, approximate="tanh"), F.silu(x), F.mish(x), F.hardsigmoid(x),
            F.hardswish(x), F.hardtanh(x), F.softplus(x), F.softplus(x, 2.0), F.logsigmoid(x),
            F.threshold(x, 0.1, -2.0), F.hardshrink(x), F.softshrink(x), F.tanhshrink(x),
            F.softsign(x), F.rrelu(x), F.softmin(x, 1), F.glu(x.repeat(1, 2, 1, 1), 1),
        )  # fmt: skip


class Reductions(nn.Module):
    def forward(self, x):
        y = x.flatten(1)
        return (
            F.normalize(y, dim=1), y.var(1), y.std(1, keepdim=True), y.amax(1), torch.max(y, 1)[0],
            y.argmax(1), torch.linalg.vector_norm(y, dim=1), y.cumsum(1), y.logsumexp(1), (y > 0.5).float().mean(1),
            y.clamp(min=0.2, max=0.7), torch.where(y > 0.5, y, -y), y.pow(2) - 1 / (y + 1),
        )  # fmt: skip


class Moves(nn.Module):
    def forward(self, x):
        small = torch.pixel_unshuffle(x, 2)
        return (
            x.permute(0, 2, 3, 1).squeeze(-1), small, torch.pixel_shuffle(small, 2), x.flip([2]),
            torch.roll(x, (1, -2), (2, 3)), x.repeat(1, 2, 1, 1), x[:, :, 2:9:2, -5:],
            torch.channel_shuffle(small, 2), small[:, [2, 0]], x.movedim(1, -1), x.unflatten(2, (4, 7)),
            torch.stack(torch.unbind(small, 1), 2), torch.cat(torch.split(small, [1, 3], 1)[::-1], 1),
            x.new_ones(x.size(0), 3) + x.sum((1, 2, 3)).unsqueeze(1), x * x.shape[0], x.narrow(3, 2, 4),
            x.masked_fill(x > 0.5, 0.0), x.transpose(1, 2).contiguous().view(x.size(0) * 28, 28),
            torch.einsum("bchw,bcvw->bhv", x, x), F.pad(x, (1, 2, 3, 1), value=3.0),
            F.pad(x, (1, 2, 3, 1), mode="reflect"), F.pad(x, (1, 2, 3, 1), mode="replicate"),
        )  # fmt: skip


class Larger(nn.Module):
    def forward(self, x):
        return (
            F.interpolate(x, scale_factor=2.0, mode="nearest"),
            F.interpolate(x, size=[35, 37], mode="nearest-exact"),
            F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False),
            F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=True),
            F.interpolate(x, size=[40, 41], mode="bicubic"),
        )


class DependsOnValues(nn.Module):
    def forward(self, x):
        return x * 2 if bool(x.sum() > 0) else x


class Sorted(nn.Module):
    def forward(self, x):
        return torch.sort(x.flatten(1), 1)[0]


class Random(nn.Module):
    def forward(self, x):
        return x + torch.rand(1)


def models():
    S = nn.Sequential
    yield "mlp", S(nn.Flatten(), nn.Linear(784, 32), nn.Tanh(), nn.Linear(32, 10)), DIGIT
    yield "lenet", S(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Sigmoid(),
        nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 10),
    ), DIGIT  # fmt: skip
    yield "keras", S(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Dropout(), nn.Linear(128, 10), nn.Softmax(1),
    ), DIGIT  # fmt: skip
    yield "residual", S(
        nn.Conv2d(1, 8, 3), Residual(8), Residual(8), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(8, 10),
    ), DIGIT  # fmt: skip
    yield "groups", S(
        nn.Conv2d(1, 8, 3), nn.GroupNorm(4, 8), nn.SiLU(), nn.InstanceNorm2d(8, affine=True),
        nn.Conv2d(8, 8, 3, groups=8, dilation=2), nn.Hardswish(), nn.AdaptiveAvgPool2d((5, 3)),
        nn.Flatten(), nn.Linear(120, 10),
    ), DIGIT  # fmt: skip
    yield "depthwise", S(
        nn.Conv2d(3, 12, 3, padding=1, groups=3), nn.ReLU6(), nn.Conv2d(12, 8, 1),
        nn.LayerNorm([8, 32, 32]), nn.LocalResponseNorm(3), nn.AdaptiveAvgPool2d(2), nn.Flatten(),
        nn.Linear(32, 10),
    ), PHOTO  # fmt: skip
    yield "transposed", S(
        nn.Conv2d(3, 8, 3, stride=2), nn.LeakyReLU(),
        nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1, groups=2), nn.Tanh(),
        nn.ConvTranspose2d(4, 1, 3, dilation=2), nn.Sigmoid(),
    ), PHOTO  # fmt: skip
    yield "one dimension", S(
        nn.Conv1d(3, 8, 5, padding="same"), nn.LeakyReLU(), nn.BatchNorm1d(8), nn.MaxPool1d(3, padding=1),
        nn.AvgPool1d(2), nn.AdaptiveAvgPool1d(4), nn.Flatten(), nn.Linear(32, 10),
    ), (3, 40)  # fmt: skip
    yield "three dimensions", S(
        nn.Conv3d(1, 4, 3), nn.BatchNorm3d(4), nn.ReLU6(), nn.MaxPool3d(2),
        nn.ConvTranspose3d(4, 2, 3, stride=2, output_padding=1), nn.AvgPool3d(2), nn.AdaptiveAvgPool3d(1),
        nn.Flatten(), nn.Linear(2, 10),
    ), (1, 10, 10, 10)  # fmt: skip
    for model in (UShaped, Viewed, Scripty, Dense, Attention, Pools, Activations, Reductions, Moves, Larger):
        yield model.__name__, model(), DIGIT


def refused_models():
    """Each with what its refusal says; scripted, since a trace has no branches."""
    yield "branch", DependsOnValues(), "depends on the input's values"
    yield "sort", Sorted(), "aten::sort"
    yield "random", Random(), "aten::rand"
    yield "several sizes", nn.Sequential(nn.AdaptiveMaxPool2d(9)), "aten::adaptive_max_pool2d in '0'"
    yield "batch statistics", nn.BatchNorm2d(1, track_running_stats=False), "aten::batch_norm"

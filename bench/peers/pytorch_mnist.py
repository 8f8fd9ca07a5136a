"""The same program as a PyTorch user writes it: Dataset, DataLoader, a loop over batches.

With --tuned as one writes it who knows what is slow: batches indexed out of the tensors, channels-last
memory, and the fused Adam. Needs torch.
"""

import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from idx import load_data, training_parser


def build_model():
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1600, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, 10),
    )
    for layer in model:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return model


def tensors(images, labels):
    return torch.from_numpy(images).unsqueeze(1).float() / 255, torch.from_numpy(labels).long()


class IndexedBatches:
    """What DataLoader yields with shuffle=True, without a call for each image."""

    def __init__(self, dataset, batch_size):
        self.dataset = dataset
        self.batch_size = batch_size

    def __iter__(self):
        for rows in torch.randperm(len(self.dataset)).split(self.batch_size):
            yield tuple(tensor[rows] for tensor in self.dataset.tensors)


def channels_last(images):
    # With one channel PyTorch takes either layout for the other, and keeps the strides it finds.
    return images.reshape(-1, 28, 28, 1).permute(0, 3, 1, 2)


def train_epoch(model, optimizer, loader):
    model.train()
    loss_sum = correct = 0.0
    for images, labels in loader:
        optimizer.zero_grad()
        logits = model(images)
        loss = nn.functional.cross_entropy(logits, labels)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(labels)
        correct += (logits.argmax(1) == labels).sum().item()
    return correct / len(loader.dataset), loss_sum / len(loader.dataset)


@torch.no_grad()
def evaluate(model, images, labels):
    model.eval()
    logits = torch.cat([model(batch) for batch in images.split(500)])
    loss = nn.functional.cross_entropy(logits, labels).item()
    return (logits.argmax(1) == labels).double().mean().item(), loss


def main():
    parser = training_parser(__doc__)
    parser.add_argument("--tuned", action="store_true")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    (x_train, y_train), (x_test, y_test) = load_data(options.data)
    images, labels = tensors(x_train, y_train)
    test_images, test_labels = tensors(x_test, y_test)
    model = build_model()
    if options.tuned:
        images, test_images = channels_last(images), channels_last(test_images)
        model = model.to(memory_format=torch.channels_last)

    kept = len(images) * 9 // 10
    dataset = TensorDataset(images[:kept], labels[:kept])
    if options.tuned:
        loader = IndexedBatches(dataset, batch_size=32)
    else:
        loader = DataLoader(dataset, batch_size=32, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), eps=1e-7, fused=options.tuned)
    for epoch in range(1, options.epochs + 1):
        start = time.perf_counter()
        accuracy, loss = train_epoch(model, optimizer, loader)
        val_accuracy, val_loss = evaluate(model, images[kept:], labels[kept:])
        seconds = time.perf_counter() - start
        print(
            f"epoch {epoch}: {seconds:.2f}s - accuracy: {accuracy:.4f} - "
            f"loss: {loss:.4f} - val_accuracy: {val_accuracy:.4f} - val_loss: {val_loss:.4f}",
            flush=True,
        )
    accuracy, loss = evaluate(model, test_images, test_labels)
    print(f"accuracy: {accuracy:.4f} - loss: {loss:.4f}")


if __name__ == "__main__":
    main()

"""The same program as a PyTorch user writes it: Dataset, DataLoader, a loop over batches.

Needs torch.
"""

import argparse
import os
import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from idx import load_data


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("MNIST_DATA", "data/mnist"))
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    (x_train, y_train), (x_test, y_test) = load_data(options.data)
    images, labels = tensors(x_train, y_train)
    loader = DataLoader(TensorDataset(images[:54000], labels[:54000]), batch_size=32, shuffle=True)

    model = build_model()
    optimizer = torch.optim.Adam(model.parameters(), eps=1e-7)
    for epoch in range(1, options.epochs + 1):
        start = time.perf_counter()
        accuracy, loss = train_epoch(model, optimizer, loader)
        val_accuracy, val_loss = evaluate(model, images[54000:], labels[54000:])
        seconds = time.perf_counter() - start
        print(
            f"Epoch {epoch}/{options.epochs} - {seconds:.2f}s - accuracy: {accuracy:.4f} - "
            f"loss: {loss:.4f} - val_accuracy: {val_accuracy:.4f} - val_loss: {val_loss:.4f}",
            flush=True,
        )
    accuracy, loss = evaluate(model, *tensors(x_test, y_test))
    print(f"accuracy: {accuracy:.4f} - loss: {loss:.4f}")


if __name__ == "__main__":
    main()

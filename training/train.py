#!/usr/bin/env python3
"""Trains the CIFAR-10 ResNet-20 of He et al. 2015 (arXiv:1512.03385, section 4.2) on a CPU and exports it to ONNX.

    python3 training/train.py --data ../shared/data --out training/run

Needs PyTorch 1.13 or newer, NumPy and Pillow (Debian: python3-torch python3-numpy python3-pil). `--data` holds
cifar10-train.zip and cifar10-test.zip: one folder per class, one 32x32 PNG per picture. A run that was cut goes on from its
last epoch when started again with the same arguments.

The network is the paper's: 3x3 convolutions of 16, 32 and 64 channels, three blocks each, identity shortcuts (option A),
global average pooling, one dense layer. The schedule is shorter than the paper's 164 epochs: cycles of a learning rate that rises
and falls to zero, Nesterov momentum, exponential weight averaging. The test pictures are evaluated for the log and never choose anything: what
is exported is the averaged network after the last epoch, whatever its accuracy.
"""

import argparse
import io
import json
import platform
import time
import zipfile
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
MEAN = (0.4914, 0.4822, 0.4465)
STD = (0.2470, 0.2435, 0.2616)


class Block(nn.Module):
    """Two 3x3 convolutions and an identity shortcut; where the shape changes, option A: stride 2, zeros for new channels."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv0 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm0 = nn.BatchNorm2d(outputs)
        self.conv1 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.stride, self.padding = stride, outputs - inputs

    def shortcut(self, x):
        return x if self.stride == 1 else F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.padding))

    def forward(self, x):
        y = F.relu(self.norm0(self.conv0(x)), inplace=True)
        return F.relu(self.norm1(self.conv1(y)) + self.shortcut(x), inplace=True)


class ExportBlock(Block):
    """The same function with the shortcut as a constant 1x1 convolution (an identity matrix over zeros), so that the exported
    graph has no Slice and Pad: equal to the last bit, and any quantizer or runtime takes it."""

    def __init__(self, inputs, outputs, stride):
        super().__init__(inputs, outputs, stride)
        if stride != 1:
            self.register_buffer("shortcut_weight", torch.eye(outputs, inputs).reshape(outputs, inputs, 1, 1))

    def shortcut(self, x):
        return x if self.stride == 1 else F.conv2d(x, self.shortcut_weight, stride=self.stride)


class ResNet20(nn.Module):
    def __init__(self, block=Block):
        super().__init__()
        self.conv0 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.norm0 = nn.BatchNorm2d(16)
        widths, blocks = [16, 16, 32, 64], []
        for stage in range(1, 4):
            for index in range(3):
                stride = 2 if stage > 1 and index == 0 else 1
                blocks.append(block(widths[stage - 1] if index == 0 else widths[stage], widths[stage], stride))
        self.stages = nn.Sequential(*blocks)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dense = nn.Linear(64, len(CLASSES))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = F.relu(self.norm0(self.conv0(x)), inplace=True)
        return self.dense(torch.flatten(self.pool(self.stages(x)), 1))


def load(path):
    """Pictures [N, 3, 32, 32] uint8 and labels [N], in the order of their names."""
    pictures, labels = [], []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(n for n in archive.namelist() if n.endswith(".png")):
            pictures.append(np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("RGB")))
            labels.append(CLASSES.index(name.split("/")[-2]))
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous(), torch.tensor(labels)


def normalise(pictures):
    mean, std = (torch.tensor(v).reshape(1, 3, 1, 1) for v in (MEAN, STD))
    return ((pictures.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)


def augment(padded, generator):
    """A random 32x32 window of every 40x40 zero-padded picture, mirrored half of the time."""
    count = padded.shape[0]
    rows = torch.randint(0, 9, (count, 1), generator=generator) + torch.arange(32)
    columns = torch.randint(0, 9, (count, 1), generator=generator) + torch.arange(32)
    mirrored = torch.rand(count, 1, generator=generator) < 0.5
    columns = torch.where(mirrored, columns.flip(1), columns)
    picture = torch.arange(count).reshape(-1, 1, 1)
    return padded.permute(0, 2, 3, 1)[picture, rows.unsqueeze(2), columns.unsqueeze(1)].permute(0, 3, 1, 2)


@torch.no_grad()
def accuracy(network, pictures, labels):
    network.eval()
    right = sum((network(normalise(p)).argmax(1) == l).sum().item() for p, l in zip(pictures.split(500), labels.split(500)))
    return 100.0 * right / len(labels)


def export(state, path):
    network = ResNet20(ExportBlock)
    network.load_state_dict(state, strict=False)
    network.eval()
    # BatchNormalization stays a node of its own: ONNX Runtime folds it when it loads the file, quantizers fold it themselves.
    torch.onnx.export(network, torch.zeros(1, 3, 32, 32), str(path), input_names=["image"], output_names=["logits"],
                      dynamic_axes={"image": {0: "N"}, "logits": {0: "N"}}, opset_version=13,
                      do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE)
    return network


def parse_cycles(text):
    return [(int(epochs), float(rate)) for epochs, rate in (cycle.split(":") for cycle in text.split(","))]


def learning_rate(cycles, steps, step):
    """Each cycle: a fifth of its steps up to its peak, the others down to zero."""
    for epochs, rate in cycles:
        total = epochs * steps
        warm = total // 5
        if step < total:
            return rate * (0.04 + 0.96 * step / warm if step < warm else (total - step) / (total - warm))
        step -= total
    return 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cycles", type=parse_cycles, default="45:0.3,18:0.15", help="epochs:peak learning rate of every cycle")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--decay", type=float, default=5e-4, help="weight decay of convolutions and the dense layer")
    parser.add_argument("--average", type=float, default=0.998, help="weight kept by the running average at every step")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--float32", action="store_true", help="no bfloat16 convolutions (twice as slow on a CPU that has them)")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    log_file = open(arguments.out / "train.log", "a", encoding="utf-8")

    def log(line):
        print(line, flush=True)
        print(line, file=log_file, flush=True)

    pictures, labels = load(arguments.data / "cifar10-train.zip")
    test_pictures, test_labels = load(arguments.data / "cifar10-test.zip")
    mean, std = (torch.tensor(v).reshape(1, 3, 1, 1) for v in (MEAN, STD))
    # Zero padding after normalisation, as in the paper's reference code: pad with the value that normalises to zero.
    padded = (mean * 255).round().to(torch.uint8).expand(len(pictures), 3, 40, 40).clone()
    padded[:, :, 4:36, 4:36] = pictures

    network = ResNet20().to(memory_format=torch.channels_last)
    weights = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim == 1]
    optimizer = torch.optim.SGD([{"params": weights, "weight_decay": arguments.decay}, {"params": others}],
                                lr=1.0, momentum=0.9, nesterov=True)
    steps = len(pictures) // arguments.batch
    all_epochs = sum(epochs for epochs, _ in arguments.cycles)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: learning_rate(arguments.cycles, steps, step))
    averaged = {k: v.clone() for k, v in network.state_dict().items()}
    first = 0

    checkpoint = arguments.out / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        scheduler.load_state_dict(saved["scheduler"])
        averaged, first = saved["averaged"], saved["epoch"] + 1
        log(f"continued at epoch {first + 1}")
    else:
        log(f"arguments {json.dumps({k: str(v) for k, v in vars(arguments).items() if k not in ('data', 'out')})}")
        log(f"torch {torch.__version__}, {platform.machine()}, {len(pictures)} training and {len(test_pictures)} test pictures, "
            f"{sum(p.numel() for p in network.parameters())} trained parameters")

    evaluated = ResNet20().to(memory_format=torch.channels_last)
    for epoch in range(first, all_epochs):
        started, loss_sum, right = time.time(), 0.0, 0
        generator = torch.Generator().manual_seed(arguments.seed * 1000 + epoch)
        order = torch.randperm(len(pictures), generator=generator)
        network.train()
        for step in range(steps):
            index = order[step * arguments.batch:(step + 1) * arguments.batch]
            x, y = normalise(augment(padded[index], generator)), labels[index]
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=not arguments.float32):
                logits = network(x)
            loss = F.cross_entropy(logits.float(), y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            scheduler.step()
            with torch.no_grad():
                for key, value in network.state_dict().items():
                    if value.dtype.is_floating_point:
                        averaged[key].lerp_(value, 1 - arguments.average)
                    else:
                        averaged[key].copy_(value)
            loss_sum += loss.item()
            right += (logits.argmax(1) == y).sum().item()
        line = (f"epoch {epoch + 1:3d}/{all_epochs} loss {loss_sum / steps:.4f} train {100 * right / (steps * arguments.batch):.2f} % "
                f"rate {scheduler.get_last_lr()[0]:.4f} {time.time() - started:.0f} s")
        if (epoch + 1) % 5 == 0 or epoch + 1 == all_epochs:
            evaluated.load_state_dict(averaged)
            line += f" test (averaged weights) {accuracy(evaluated, test_pictures, test_labels):.2f} %"
        log(line)
        torch.save({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(),
                    "averaged": averaged, "epoch": epoch}, checkpoint)

    path = arguments.out / "resnet20-cifar10.onnx"
    exported = export(averaged, path)
    evaluated.load_state_dict(averaged)
    result = {"top1": accuracy(evaluated, test_pictures, test_labels),
              "top1ExportedGraph": accuracy(exported, test_pictures, test_labels),
              "seed": arguments.seed, "epochs": all_epochs, "bytes": path.stat().st_size}
    (arguments.out / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    log(json.dumps(result))


if __name__ == "__main__":
    main()

"""Runs PyTorch with torchvision's ResNet of the same depth and random weights; it cannot read ONNX files.

Many images are classified in batches of 8, which threads decode.
"""
from concurrent.futures import ThreadPoolExecutor
import os
import re

from PIL import Image
import torch
import torchvision

import protocol

BATCH = 8


class TorchPeer:
    preprocessing = "none"

    def __init__(self, model, threads):
        name = os.path.basename(model)
        if "int8" in name:
            raise NotImplementedError("torchvision's quantized networks are other models than the int8 file")
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        depth = re.match(r"resnet(\d+)", name).group(1)
        self.versions = {"PyTorch": torch.__version__, "torchvision": torchvision.__version__}
        self.network = getattr(torchvision.models, f"resnet{depth}")(weights=None).eval()
        self.executor = ThreadPoolExecutor(threads)
        transforms = torchvision.transforms
        self.transform = transforms.Compose([
            transforms.Resize(256),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ])

    def preprocess(self, path):
        with Image.open(path) as image:
            return self.transform(image.convert("RGB"))

    def scores_of(self, path):
        with torch.inference_mode():
            return self.network(self.preprocess(path).unsqueeze(0))[0].numpy()

    def classify_all(self, paths):
        tensors = self.executor.map(self.preprocess, paths)
        with torch.inference_mode():
            for start in range(0, len(paths), BATCH):
                batch = torch.stack([next(tensors) for _ in paths[start:start + BATCH]])
                for scores in self.network(batch).numpy():
                    protocol.top5(scores)


protocol.run(TorchPeer)

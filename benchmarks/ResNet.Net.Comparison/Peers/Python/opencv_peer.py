"""Runs OpenCV's DNN module. For many images, the next ones are decoded while the network runs."""
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy

import protocol

SIDE = 224
SHORT_SIDE = 256
MEAN = numpy.array([0.485, 0.456, 0.406])
STD = numpy.array([0.229, 0.224, 0.225], dtype=numpy.float32).reshape(1, 3, 1, 1)


def preprocess(path):
    image = cv2.imread(path, cv2.IMREAD_COLOR)
    height, width = image.shape[:2]
    scale = SHORT_SIDE / min(height, width)
    width, height = int(width * scale), int(height * scale)
    image = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    left, top = (width - SIDE) // 2, (height - SIDE) // 2
    crop = image[top:top + SIDE, left:left + SIDE]
    return cv2.dnn.blobFromImage(crop, 1 / 255, (SIDE, SIDE), tuple(255 * MEAN), swapRB=True) / STD


class OpenCvPeer:
    preprocessing = "opencv-bilinear"

    def __init__(self, model, threads):
        cv2.setNumThreads(threads)
        self.versions = {"OpenCV (Python)": cv2.__version__}
        self.net = cv2.dnn.readNetFromONNX(model)
        self.executor = ThreadPoolExecutor(1)

    def run(self, blob):
        self.net.setInput(blob)
        return self.net.forward().reshape(-1)

    def scores_of(self, path):
        return self.run(preprocess(path))

    def classify_all(self, paths):
        following = self.executor.submit(preprocess, paths[0])
        for i in range(len(paths)):
            blob = following.result()
            if i + 1 < len(paths):
                following = self.executor.submit(preprocess, paths[i + 1])
            protocol.top5(self.run(blob))


protocol.run(OpenCvPeer)

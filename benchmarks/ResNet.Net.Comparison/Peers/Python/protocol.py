"""Answers the requests of the comparison on standard input, for peers in Python."""
import json
import sys
import time

import numpy


def option(name):
    return sys.argv[sys.argv.index(name) + 1]


def softmax(scores):
    exponents = numpy.exp(scores - numpy.max(scores))
    return exponents / numpy.sum(exponents)


def top5(scores):
    probabilities = softmax(scores)
    return [{"class": int(i), "probability": float(probabilities[i])} for i in numpy.argsort(-probabilities)[:5]]


def write(reply):
    print(json.dumps(reply), flush=True)


def run(create):
    """Creates the peer and serves it.

    A peer has `preprocessing`, `versions`, `scores_of(path)` and `classify_all(paths)`.
    """
    try:
        with open(option("--photos"), encoding="utf-8") as file:
            photos = file.read().splitlines()
        peer = create(option("--model"), int(option("--threads")))
        top = top5(peer.scores_of(photos[0]))
        write({"ready": True, "preprocessing": peer.preprocessing, "versions": peer.versions, "top": top})
        for line in sys.stdin:
            request = json.loads(line)
            first = request.get("from", 0)
            paths = [photos[i % len(photos)] for i in range(first, first + request["count"])]
            write(COMMANDS[request["command"]](peer, paths))
    except Exception as error:
        lines = str(error).strip().splitlines() or [""]
        write({"error": f"{type(error).__name__}: {lines[0]}"})
        sys.exit(1)


def latency(peer, paths):
    milliseconds = []
    for path in paths:
        start = time.perf_counter()
        top5(peer.scores_of(path))
        milliseconds.append((time.perf_counter() - start) * 1000)
    return {"milliseconds": milliseconds}


def throughput(peer, paths):
    start = time.perf_counter()
    peer.classify_all(paths)
    return {"seconds": time.perf_counter() - start}


def scores(peer, paths):
    return {"scores": [[float(value) for value in softmax(peer.scores_of(path))] for path in paths]}


COMMANDS = {"latency": latency, "throughput": throughput, "scores": scores}

"""Runs a quantized Caffe2 network with the arithmetic of the engine DNNLOWP, as a reference for the importer.

Usage: dnnlowp.py INIT PREDICT INPUT OUTPUT HEIGHT WIDTH

INPUT has float32 values [N, 3, HEIGHT, WIDTH]. OUTPUT receives the results of all operators, one after another: bytes for
quantized values, float32 for others, channels first. One line per operator describes its result: type, "u1" or "f4", shape.

The arithmetic follows caffe2/quantization/server of pytorch/pytorch. Integer products are computed in double precision, which
is exact for sums of this size.
"""
import struct
import sys

import numpy as np

F = np.float32


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(data, at)
            value -= (value >> 63) << 64
        elif wire == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
        elif wire == 5:
            value, at = struct.unpack_from('<f', data, at)[0], at + 4
        else:
            raise ValueError(f'wire type {wire}')
        yield number, value


def read_argument(data):
    name, single, ints = '', None, []
    for number, value in fields(data):
        if number == 1:
            name = bytes(value).decode()
        elif number in (2, 3, 4):
            single = value
        elif number == 6:
            ints.append(value)
    return name, single if single is not None else ints


def read_operators(path):
    with open(path, 'rb') as file:
        data = memoryview(file.read())
    for number, value in fields(data):
        if number == 2:
            inputs, outputs, kind, arguments = [], [], '', {}
            for part, content in fields(value):
                if part == 1:
                    inputs.append(bytes(content).decode())
                elif part == 2:
                    outputs.append(bytes(content).decode())
                elif part == 4:
                    kind = bytes(content).decode()
                elif part == 5:
                    name, argument = read_argument(content)
                    arguments[name] = argument
            yield kind, inputs, outputs, arguments


class Quantized:
    def __init__(self, values, scale, zero):
        self.values, self.scale, self.zero = values, F(scale), int(zero)

    def centered(self):
        return self.values.astype(np.float64) - self.zero


def fill(kind, arguments):
    if kind == 'GivenTensorFill':
        return None
    shape, scale, zero = arguments['shape'], arguments['Y_scale'], arguments['Y_zero_point']
    if kind == 'Int8GivenTensorFill':
        return Quantized(np.frombuffer(arguments['values'], np.uint8).reshape(shape), scale, zero)
    if kind == 'Int8GivenIntTensorFill':
        return Quantized(np.array(arguments['values'], np.int64).reshape(shape), scale, zero)
    raise ValueError(kind)


def windows(values, kernel, stride, pad, padding):
    """Returns [N, rows, columns, C, kernel, kernel]."""
    padded = np.pad(values, ((0, 0), (pad, pad), (pad, pad), (0, 0)), constant_values=padding)
    view = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(1, 2))
    return view[:, ::stride, ::stride]


def requantize(accumulated, x, weight, bias, scale, zero, lowest):
    assert abs(bias.scale - x.scale * weight.scale) <= 1e-4 and bias.zero == 0
    accumulated = accumulated + bias.values
    assert np.abs(accumulated).max() < 2 ** 31
    multiplier = F(F(x.scale * weight.scale) / F(scale))
    rounded = np.rint(accumulated.astype(F) * multiplier)
    return Quantized(np.clip(zero + rounded, lowest, 255).astype(np.uint8), scale, zero)


def convolve(x, weight, bias, arguments, rectify):
    kernel, stride, pad = arguments['kernel'], arguments.get('stride', 1), arguments.get('pad', 0)
    filters = weight.centered()
    patches = windows(x.values, kernel, stride, pad, x.zero).transpose(0, 1, 2, 4, 5, 3)
    shape = patches.shape[:3]
    patches = patches.reshape(-1, filters[0].size).astype(np.float64) - x.zero
    sums = (patches @ filters.reshape(len(filters), -1).T).reshape(*shape, -1)
    zero = arguments['Y_zero_point']
    assert not rectify or zero == 0
    return requantize(sums, x, weight, bias, arguments['Y_scale'], zero, zero if rectify else 0)


def add(x, y, arguments):
    scale, zero = F(arguments['Y_scale']), arguments['Y_zero_point']

    def dequantize(q):
        # A fused multiply-add: the product is exact, and the sum is rounded once.
        return (q.values * np.float64(q.scale) + np.float64(F(-q.zero) * q.scale)).astype(F)

    total = dequantize(x) + dequantize(y)
    scaled = (total.astype(np.float64) * np.float64(F(1) / scale) + zero).astype(F)
    return Quantized(np.rint(np.clip(scaled, zero, 255)).astype(np.uint8), scale, zero)


def maximum(x, arguments):
    kernel, stride, pad = arguments['kernel'], arguments['stride'], arguments['pad']
    values = windows(x.values, kernel, stride, pad, 0).max(axis=(4, 5))
    return Quantized(values, x.scale, x.zero)


def average(x, arguments):
    kernel, scale, zero = arguments['kernel'], F(arguments['Y_scale']), arguments['Y_zero_point']
    count = kernel * kernel
    sums = windows(x.values, kernel, arguments['stride'], 0, 0).astype(np.int64).sum(axis=(4, 5)) - count * x.zero
    scaled = sums.astype(F) * (x.scale / scale / F(count)) + F(zero)
    return Quantized(np.clip(np.rint(scaled), 0, 255).astype(np.uint8), scale, zero)


def multiply(x, weight, bias, arguments):
    sums = x.centered().reshape(len(x.values), -1) @ weight.centered().T
    return requantize(sums, x, weight, bias, arguments['Y_scale'], arguments['Y_zero_point'], 0)


def run(kind, inputs, arguments):
    if kind == 'NCHW2NHWC':
        return np.ascontiguousarray(inputs[0].transpose(0, 2, 3, 1))
    if kind == 'Int8Quantize':
        scale, zero = F(arguments['Y_scale']), arguments['Y_zero_point']
        values = np.rint(inputs[0] * (F(1) / scale)) + zero
        return Quantized(np.clip(values, 0, 255).astype(np.uint8), scale, zero)
    if kind in ('Int8Conv', 'Int8ConvRelu'):
        return convolve(*inputs, arguments, kind.endswith('Relu'))
    if kind == 'Int8SumRelu':
        return add(*inputs, arguments)
    if kind == 'Int8MaxPool':
        return maximum(*inputs, arguments)
    if kind == 'Int8AveragePool':
        return average(*inputs, arguments)
    if kind == 'Int8FC':
        return multiply(*inputs, arguments)
    if kind == 'Int8Dequantize':
        x = inputs[0]
        return x.scale * (x.values.astype(F) - F(x.zero))
    if kind == 'Softmax':
        powers = np.exp(inputs[0] - inputs[0].max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
    raise ValueError(kind)


def main(init, predict, source, target, height, width):
    blobs = {outputs[0]: fill(kind, arguments) for kind, _, outputs, arguments in read_operators(init)}
    data = np.fromfile(source, F).reshape(-1, 3, int(height), int(width))
    first = True
    with open(target, 'wb') as file:
        for kind, inputs, outputs, arguments in read_operators(predict):
            if first:
                blobs[inputs[0]], first = data, False
            result = run(kind, [blobs[name] for name in inputs], arguments)
            blobs[outputs[0]] = result
            values = result.values if isinstance(result, Quantized) else result.astype(F)
            if values.ndim == 4:
                values = np.ascontiguousarray(values.transpose(0, 3, 1, 2))
            file.write(values.tobytes())
            print(kind, values.dtype.str[1:], *values.shape)


main(*sys.argv[1:])

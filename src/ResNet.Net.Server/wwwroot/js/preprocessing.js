// The preprocessing of the library for profiles with Pillow's filters: the same bytes after resampling and cropping, and the same tensor.
import { planOf } from "./geometry.js";

const precisionBits = 22;
const half = 1 << (precisionBits - 1);

const filters = {
  PillowBilinear: { support: 1, weight: x => x < 1 ? 1 - x : 0 },
  PillowBicubic: {
    support: 2,
    weight: x => x < 1 ? (((-0.5 + 2) * x - (-0.5 + 3)) * x * x) + 1
      : x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5
      : 0,
  },
};

/** Computes the weights of output positions in 22-bit fixed point, as libImaging/Resample.c does. */
function tapsOf(filter, sourceSize, scaledSize, first, count) {
  const scale = sourceSize / scaledSize;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const inverse = 1 / filterScale;
  return Array.from({ length: count }, (_, i) => {
    const center = (first + i + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const length = Math.min(Math.trunc(center + support + 0.5), sourceSize) - start;
    const exact = Array.from({ length }, (_, k) => filter.weight(Math.abs((k + start - center + 0.5) * inverse)));
    const sum = exact.reduce((a, b) => a + b, 0);
    const weights = Int32Array.from(exact, value => {
      const weight = sum !== 0 ? value / sum : value;
      return Math.trunc((weight < 0 ? -0.5 : 0.5) + weight * (1 << precisionBits));
    });
    return { start, weights };
  });
}

const toByte = sum => Math.min(Math.max(sum >> precisionBits, 0), 255);

function resample(filter, pixels, plan) {
  const columns = tapsOf(filter, plan.sourceWidth, plan.scaledWidth, plan.left, plan.width);
  const rows = tapsOf(filter, plan.sourceHeight, plan.scaledHeight, plan.top, plan.height);
  const firstRow = rows[0].start;
  const last = rows[rows.length - 1];
  const rowCount = last.start + last.weights.length - firstRow;

  // The horizontal pass comes first and rounds to bytes.
  const middle = new Uint8Array(rowCount * plan.width * 3);
  for (let y = 0, target = 0; y < rowCount; y++) {
    const row = (firstRow + y) * plan.sourceWidth * 4;
    for (const { start, weights } of columns) {
      let red = half, green = half, blue = half;
      for (let k = 0, source = row + start * 4; k < weights.length; k++, source += 4) {
        red += weights[k] * pixels[source];
        green += weights[k] * pixels[source + 1];
        blue += weights[k] * pixels[source + 2];
      }

      middle[target++] = toByte(red);
      middle[target++] = toByte(green);
      middle[target++] = toByte(blue);
    }
  }

  const stride = plan.width * 3;
  const result = new Uint8Array(plan.height * stride);
  rows.forEach(({ start, weights }, y) => {
    for (let x = 0; x < stride; x++) {
      let sum = half;
      for (let k = 0, source = (start - firstRow) * stride + x; k < weights.length; k++, source += stride) {
        sum += weights[k] * middle[source];
      }

      result[y * stride + x] = toByte(sum);
    }
  });
  return result;
}

function copyCrop(pixels, plan) {
  const result = new Uint8Array(plan.height * plan.width * 3);
  for (let y = 0, target = 0; y < plan.height; y++) {
    let source = ((plan.top + y) * plan.sourceWidth + plan.left) * 4;
    for (let x = 0; x < plan.width; x++, source += 4) {
      result[target++] = pixels[source];
      result[target++] = pixels[source + 1];
      result[target++] = pixels[source + 2];
    }
  }

  return result;
}

/**
 * Resamples and crops an image.
 * @param profile The profile, as the server describes it.
 * @param pixels RGBA bytes of an opaque image.
 * @returns RGB bytes of the crop, packed.
 */
export function cropOf(profile, pixels, width, height) {
  const plan = planOf(profile, width, height);
  if (plan.sourceWidth === plan.scaledWidth && plan.sourceHeight === plan.scaledHeight) {
    return copyCrop(pixels, plan);
  }

  const filter = filters[profile.interpolation];
  if (!filter) {
    throw new Error(`The page does not implement the interpolation ${profile.interpolation}.`);
  }

  return resample(filter, pixels, plan);
}

/** Normalizes a crop: planar float32, [3, height, width]. */
export function normalize(profile, crop) {
  const count = crop.length / 3;
  const tensor = new Float32Array(crop.length);
  const range = profile.range === "ZeroToOne" ? 1 : 255;
  for (let plane = 0; plane < 3; plane++) {
    const std = Math.fround(profile.std[plane]);
    const scale = Math.fround(range / 255 / std);
    const offset = Math.fround(-Math.fround(profile.mean[plane]) / std);
    const table = Float32Array.from({ length: 256 }, (_, value) => value * scale + offset);
    const color = profile.channels === "Bgr" ? 2 - plane : plane;
    for (let i = 0; i < count; i++) {
      tensor[plane * count + i] = table[crop[3 * i + color]];
    }
  }

  return tensor;
}

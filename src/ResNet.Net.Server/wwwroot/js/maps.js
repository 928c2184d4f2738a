// Draws activation maps: cubic upsampling and the colors of the library's overlays ("inferno").
const red = [
  0.0002189403691192265, 0.1065134194856116, 11.60249308247187, -41.70399613139459,
  77.162935699427, -71.31942824499214, 25.13112622477341,
];
const green = [
  0.001651004631001012, 0.5639564367884091, -3.972853965665698, 17.43639888205313,
  -33.40235894210092, 32.62606426397723, -12.24266895238567,
];
const blue = [
  -0.01948089843709184, 3.932712388889277, -15.9423941062914, 44.35414519872813,
  -81.80730925738993, 73.20951985803202, -23.07032500287172,
];

const opacity = 0.7;

const evaluate = (coefficients, x) =>
  Math.min(Math.max(coefficients.reduceRight((sum, c) => sum * x + c, 0), 0), 1) * 255;

function tapsAt(position, count) {
  const start = Math.floor(position) - 1;
  const t = position - Math.floor(position);
  const weight = d => d < 1 ? (1.5 * d - 2.5) * d * d + 1 : d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
  return [0, 1, 2, 3].map(k => [Math.min(Math.max(start + k, 0), count - 1), weight(Math.abs(k - 1 - t))]);
}

function upsample(values, rows, columns, width, height) {
  const stretched = new Float64Array(rows * width);
  for (let x = 0; x < width; x++) {
    const taps = tapsAt((x + 0.5) / width * columns - 0.5, columns);
    for (let row = 0; row < rows; row++) {
      stretched[row * width + x] = taps.reduce((sum, [column, weight]) => sum + weight * values[row * columns + column], 0);
    }
  }

  const result = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    const taps = tapsAt((y + 0.5) / height * rows - 0.5, rows);
    for (let x = 0; x < width; x++) {
      result[y * width + x] = taps.reduce((sum, [row, weight]) => sum + weight * stretched[row * width + x], 0);
    }
  }

  return result;
}

/** Draws a map into a canvas. The smallest value is transparent. */
export function drawMap(canvas, { rows, columns, values }) {
  const size = 224;
  canvas.width = size;
  canvas.height = size;
  const smallest = Math.min(...values);
  const range = Math.max(...values) - smallest;
  const image = new ImageData(size, size);
  upsample(values, rows, columns, size, size).forEach((value, i) => {
    const intensity = range > 0 ? Math.min(Math.max((value - smallest) / range, 0), 1) : 0;
    image.data.set([evaluate(red, intensity), evaluate(green, intensity), evaluate(blue, intensity), 255 * opacity * intensity], 4 * i);
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

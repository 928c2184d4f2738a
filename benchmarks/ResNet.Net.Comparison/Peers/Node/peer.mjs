// Runs onnxruntime-node and sharp. Many images are classified with as many concurrent tasks as there are threads.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import ort from 'onnxruntime-node';
import sharp from 'sharp';

const side = 224;
const shortSide = 256;
const mean = [0.485, 0.456, 0.406];
const std = [0.229, 0.224, 0.225];

const option = (name) => process.argv[process.argv.indexOf(name) + 1];
const write = (reply) => process.stdout.write(`${JSON.stringify(reply)}\n`);

async function preprocess(path) {
  const { data, info } = await sharp(path)
    .resize(shortSide, shortSide, { fit: 'outside', kernel: 'linear' })
    .removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const left = (info.width - side) >> 1;
  const top = (info.height - side) >> 1;
  const tensor = new Float32Array(3 * side * side);
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const value = data[((top + y) * info.width + left + x) * info.channels + channel];
        tensor[(channel * side + y) * side + x] = (value / 255 - mean[channel]) / std[channel];
      }
    }
  }
  return new ort.Tensor('float32', tensor, [1, 3, side, side]);
}

async function main() {
  const threads = Number(option('--threads'));
  const photos = readFileSync(option('--photos'), 'utf8').split('\n').filter((line) => line !== '');
  const session = await ort.InferenceSession.create(option('--model'), { intraOpNumThreads: threads });

  const probabilities = async (path) => {
    const outputs = await session.run({ [session.inputNames[0]]: await preprocess(path) });
    const scores = outputs[session.outputNames[0]].data;
    const max = scores.reduce((a, b) => Math.max(a, b));
    const exponents = scores.map((score) => Math.exp(score - max));
    const sum = exponents.reduce((a, b) => a + b);
    return exponents.map((exponent) => exponent / sum);
  };
  const classify = async (path) => Array.from(await probabilities(path), (probability, i) => ({ class: i, probability }))
    .sort((a, b) => b.probability - a.probability).slice(0, 5);

  const commands = {
    latency: async (paths) => {
      const milliseconds = [];
      for (const path of paths) {
        const start = performance.now();
        await classify(path);
        milliseconds.push(performance.now() - start);
      }
      return { milliseconds };
    },
    throughput: async (paths) => {
      const start = performance.now();
      let next = 0;
      const task = async () => {
        while (next < paths.length) {
          await classify(paths[next++]);
        }
      };
      await Promise.all(Array.from({ length: threads }, task));
      return { seconds: (performance.now() - start) / 1000 };
    },
    scores: async (paths) => {
      const scores = [];
      for (const path of paths) {
        scores.push(Array.from(await probabilities(path)));
      }
      return { scores };
    },
  };

  const require = createRequire(import.meta.url);
  const versions = {
    'Node.js': process.versions.node,
    'onnxruntime-node': require('onnxruntime-node/package.json').version,
    sharp: sharp.versions.sharp,
  };
  write({ ready: true, preprocessing: 'pillow-bilinear', versions, top: await classify(photos[0]) });
  for await (const line of createInterface({ input: process.stdin })) {
    const { command, from, count } = JSON.parse(line);
    write(await commands[command](Array.from({ length: count }, (_, i) => photos[((from ?? 0) + i) % photos.length])));
  }
}

main().catch((error) => {
  write({ error: `${error.name}: ${error.message}` });
  process.exitCode = 1;
});

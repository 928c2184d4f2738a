// Runs models in a worker, so the page stays responsive.
import { cropOf, normalize } from "./preprocessing.js";
import { best, probabilitiesOf } from "./scores.js";

// Threads need a page that is isolated from other origins; the headers of the server provide this.
const maxThreads = 4;
let runtime;
let loaded;

async function loadRuntime() {
  const ort = await import("../ort/ort.wasm.min.mjs");
  ort.env.wasm.wasmPaths = new URL("../ort/", import.meta.url).href;
  ort.env.wasm.numThreads = self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, maxThreads) : 1;
  return ort;
}

async function loadModel({ key, file, headers }) {
  runtime ??= loadRuntime().catch(() => {
    runtime = undefined;
    throw new Error("ONNX Runtime cannot be loaded in this browser.");
  });
  const ort = await runtime;
  const response = await fetch(file, { headers }).catch(() => {
    throw new Error("The model cannot be downloaded. The server cannot be reached.");
  });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail ?? `The model cannot be downloaded (status ${response.status}).`);
  }

  const total = Number(response.headers.get("Content-Length"));
  const parts = [];
  let received = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }

    parts.push(value);
    received += value.length;
    self.postMessage({ loading: total ? received / total : null });
  }

  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  return { key, ort, session };
}

/** Decodes an image without color management, upright, over black. */
async function decode(file) {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", imageOrientation: "from-image" });
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, pixels: context.getImageData(0, 0, width, height).data };
}

async function classify({ file, model, top, all }) {
  const start = performance.now();
  let image;
  try {
    image = await decode(file);
  } catch (error) {
    throw Object.assign(new Error("The browser cannot decode this file as an image.", { cause: error }), { canRetry: false });
  }

  const decoded = performance.now();
  const { browser, profile, labels } = model;
  const crop = cropOf(profile, image.pixels, image.width, image.height);
  const { width, height } = profile.crop;
  const tensor = new loaded.ort.Tensor("float32", normalize(profile, crop), [1, 3, height, width]);
  const preprocessed = performance.now();
  const outputs = await loaded.session.run({ [browser.input]: tensor });
  const finished = performance.now();
  const probabilities = probabilitiesOf(outputs[browser.output].data, browser.outputKind);
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) {
    rgba.set(crop.subarray(3 * i, 3 * i + 3), 4 * i);
  }

  return {
    predictions: best(probabilities, labels, top),
    probabilities: all ? probabilities : undefined,
    threads: loaded.ort.env.wasm.numThreads,
    timings: {
      decode: decoded - start,
      preprocess: preprocessed - decoded,
      inference: finished - preprocessed,
      total: finished - start,
    },
    crop: { width, height, rgba },
    maps: browser.maps ? mapsOf(outputs[browser.maps], best(probabilities, labels, top), probabilities.length) : [],
  };
}

function mapsOf({ data, dims }, predictions, classCount) {
  const [rows, columns] = dims.slice(-2);
  const length = rows * columns;
  const isBinary = data.length / length === 1 && classCount === 2;
  return predictions.map(({ classIndex }) => {
    const row = isBinary ? 0 : classIndex;
    const values = Array.from(data.subarray(row * length, (row + 1) * length));

    // Evidence for class 1 is evidence against class 0.
    return { classIndex, rows, columns, values: isBinary && classIndex === 0 ? values.map(v => -v) : values };
  });
}

// One request at a time: a session has one set of buffers.
let queue = Promise.resolve();
self.onmessage = ({ data: { id, ...request } }) => {
  queue = queue.then(async () => {
    try {
      if (loaded?.key !== request.key) {
        await loaded?.session.release();
        loaded = undefined;
        loaded = await loadModel({ key: request.key, file: request.model.browser.file, headers: request.headers });
      }

      self.postMessage({ id, result: await classify(request) });
    } catch (error) {
      self.postMessage({ id, error: error.message, canRetry: error.canRetry });
    }
  });
};

// Sends the page's requests to the server, and runs models in the browser through a similar function.
const keyName = "resnet-net-api-key";

/** Describes to the user why a request failed. */
export class RequestError extends Error {
  /** @param canRetry Whether the same request may succeed later: the image itself stays as it is. */
  constructor(message, { status = 0, retryAfter = 0, detail = "", canRetry = ![400, 413, 415, 422].includes(status) } = {}) {
    super(message);
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
    this.canRetry = canRetry;
  }
}

export const apiKey = {
  get: () => sessionStorage.getItem(keyName) ?? "",
  set: value => value ? sessionStorage.setItem(keyName, value) : sessionStorage.removeItem(keyName),
};

export const keyHeaders = () => apiKey.get() ? { "X-Api-Key": apiKey.get() } : {};

const titles = {
  401: "The server requires an API key.",
  403: "The server does not accept requests from pages at this address.",
  408: "The upload took too long.",
  413: "The file or the image is too large for this server.",
  415: "The server does not support this file format. Use JPEG, PNG, WebP, GIF, BMP or ICO.",
  422: "The image is damaged or incomplete.",
  429: "The server is busy.",
  503: "The model is not available at the moment.",
  504: "The server did not answer in time.",
};

function errorOf(status, text, retryAfter) {
  let detail = "";
  try {
    detail = JSON.parse(text).detail ?? "";
  } catch {
    // A proxy may answer with a page of its own.
  }

  // The server's details are for developers; the page shows them on demand.
  const title = titles[status] ?? `The server ${status >= 500 ? "failed" : "rejected the request"} (status ${status}).`;
  return new RequestError(title, { status, retryAfter, detail });
}

/** Returns the models of the server. */
export async function getModels() {
  let response;
  try {
    response = await fetch("/models", { headers: keyHeaders() });
  } catch {
    throw new RequestError("The server cannot be reached.");
  }

  if (!response.ok) {
    throw errorOf(response.status, await response.text(), Number(response.headers.get("Retry-After")));
  }

  return (await response.json()).models;
}

/**
 * Classifies an image on the server. XMLHttpRequest reports the progress of an upload, fetch does not.
 * @param onProgress Receives the uploaded fraction, from 0 to 1.
 */
export function classifyOnServer(file, model, { explain, top = 5, crop = true, signal, onProgress }) {
  const query = new URLSearchParams({ model: model.name, version: model.version, top, crop });
  if (explain !== undefined) {
    query.set("explain", explain);
  }

  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/classify?${query}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    Object.entries(keyHeaders()).forEach(([name, value]) => request.setRequestHeader(name, value));
    request.upload.onprogress = event => event.lengthComputable && onProgress?.(event.loaded / event.total);
    request.onload = () => {
      if (request.status !== 200) {
        reject(errorOf(request.status, request.responseText, Number(request.getResponseHeader("Retry-After"))));
        return;
      }

      try {
        resolve(JSON.parse(request.responseText));
      } catch {
        reject(new RequestError("The server’s response is incomplete."));
      }
    };
    request.onerror = () => reject(new RequestError(
      navigator.onLine === false ? "You are offline." : "The connection to the server was lost."));
    request.onabort = () => reject(new DOMException("Canceled", "AbortError"));
    if (signal?.aborted) {
      request.onabort();
      return;
    }

    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

let worker;
let nextId = 0;
const waiting = new Map();

function startWorker() {
  const created = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  created.onmessage = ({ data }) => {
    if (data.id === undefined) {
      waiting.forEach(w => w.onProgress?.(data.loading));
      return;
    }

    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error) {
      call?.reject(new RequestError(data.error, { canRetry: data.canRetry }));
    } else {
      call?.resolve(data.result);
    }
  };
  created.onerror = event => {
    // Only errors of the script have a message; without one, the script could not be fetched.
    const message = event.message ? "The model cannot be started in this browser." : "The server cannot be reached.";
    waiting.forEach(w => w.reject(new RequestError(message)));
    waiting.clear();
    created.terminate();
    worker = undefined;
  };
  return created;
}

/**
 * Classifies an image in this browser.
 * @param onProgress Receives the downloaded fraction of the model, from 0 to 1.
 */
export function classifyInBrowser(file, model, { top = 5, all = false, signal, onProgress } = {}) {
  worker ??= startWorker();
  const id = nextId++;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject, onProgress });
    signal?.addEventListener("abort", () => {
      waiting.delete(id);
      reject(new DOMException("Canceled", "AbortError"));
    });
    worker.postMessage({ id, file, model, top, all, key: `${model.name}/${model.version}`, headers: keyHeaders() });
  });
}

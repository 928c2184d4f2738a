import { apiKey, classifyInBrowser, classifyOnServer, getModels } from "./api.js";
import { setUpCamera } from "./camera.js";
import { Card, formatProbability } from "./card.js";

const samples = ["cat", "dog", "horse", "deer", "robin", "frog", "airliner", "car", "truck", "ship"];
const maxConcurrent = 2;
const maxAutomaticRetries = 3;
const longestAutomaticWait = 30;
const loadingInterval = 2000;

const byId = id => document.getElementById(id);
const [modelList, modelNote, modeNote, problem, keyForm, keyError, results, empty, clear, status] =
  ["model", "model-note", "mode-note", "problem", "key-form", "key-error", "results", "empty", "clear", "status"].map(byId);
const modes = [...document.querySelectorAll("input[name=mode]")];
const browserMode = modes.find(m => m.value === "browser");

let models = [];
let shownModels = "";
let reload;
let retryProblem;
let cards = [];
const pending = [];
let active = 0;
let photos = 0;
let pasted = 0;

const selectedModel = () => models[modelList.selectedIndex];
const runsInBrowser = () => browserMode.checked;
const say = text => { status.textContent = text; };
const isReadable = file => file.slice(0, 1).arrayBuffer().then(() => true, () => false);

/** Waits until the time has passed or the signal is aborted. */
const wait = (seconds, signal) => new Promise(resolve => {
  const timer = setTimeout(resolve, 1000 * seconds);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  });
});

// Models

async function loadModels() {
  try {
    models = await getModels();
  } catch (error) {
    if (error.status === 401) {
      hide(problem);
      askForKey();
    } else {
      hide(keyForm);
      showProblem(error.message, loadModels);
    }

    return;
  }

  hide(problem);
  hide(keyForm);
  showModels();
  pump();
  if (models.some(m => !m.ready)) {
    clearTimeout(reload);
    reload = setTimeout(loadModels, loadingInterval);
  }
}

function showProblem(text, retry) {
  retryProblem = retry;
  problem.querySelector("p").textContent = text;
  problem.hidden = false;
}

/** Hides an element, and moves the focus if the element has it. */
function hide(element) {
  const hadFocus = element.contains(document.activeElement);
  element.hidden = true;
  if (hadFocus) {
    byId("choose").focus();
  }
}

function askForKey() {
  keyForm.hidden = false;
  showKeyError(apiKey.get() ? "The server rejected the key." : "");
  byId("key").focus();
}

function showKeyError(text) {
  keyError.textContent = text;
  keyError.hidden = !text;
}

function showModels() {
  // An open list would close if it changed.
  const shown = JSON.stringify(models);
  if (shown === shownModels) {
    return;
  }

  shownModels = shown;
  const selected = modelList.disabled ? undefined : modelList.value;
  const hasVersions = name => models.filter(m => m.name === name).length > 1;
  const keyOf = m => `${m.name}/${m.version}`;
  modelList.replaceChildren(...models.map(m => new Option(
    `${hasVersions(m.name) ? `${m.name}, version ${m.version}` : m.name}${m.ready ? "" : " (loading)"}`, keyOf(m))));
  const index = models.findIndex(m => selected === undefined ? m.default : keyOf(m) === selected);
  modelList.selectedIndex = Math.max(index, 0);
  modelList.disabled = false;
  showSelectedModel();
}

function showSelectedModel() {
  const model = selectedModel();
  const { browser } = model;
  modelNote.hidden = false;
  modelNote.textContent = model.ready
    ? `${model.classes} classes, input ${model.inputSize.join(" × ")} pixels, `
      + `${model.activationMaps ? "with" : "without"} activation maps`
    : "The server is loading the model.";
  browserMode.disabled = !browser?.file;
  if (browserMode.disabled && browserMode.checked) {
    modes[0].checked = true;
  }

  modeNote.hidden = !browser?.reason;
  modeNote.textContent = browser?.reason ?? "";
}

// Classification: a few images run at a time; the others wait.

function enqueue(card) {
  card.controller?.abort();
  card.controller = new AbortController();
  card.isWaiting = true;
  card.showProgress("Waiting");
  if (!pending.includes(card)) {
    pending.push(card);
  }

  pump();
}

function pump() {
  while (active < maxConcurrent && pending.length > 0 && selectedModel()?.ready) {
    const card = pending.shift();
    card.isWaiting = false;
    active++;
    classify(card, card.controller).finally(() => {
      active--;
      pump();
    });
  }
}

async function classify(card, controller) {
  const { signal } = controller;
  const model = selectedModel();
  for (let retries = 0; ; retries++) {
    try {
      const result = await run(card, model, signal);
      if (!signal.aborted) {
        await card.showResult(result, model);
        const [first] = result.predictions;
        say(`${card.name}: ${first.label}, ${formatProbability(first.probability)}`);
      }

      return;
    } catch (error) {
      if (signal.aborted) {
        return;
      }

      const isBusy = (error.status === 429 || error.status === 503) && error.retryAfter > 0;
      if (isBusy && error.retryAfter <= longestAutomaticWait && retries < maxAutomaticRetries) {
        card.showProgress(`${error.message} Trying again in ${error.retryAfter} s`);
        await wait(error.retryAfter, signal);
        if (signal.aborted) {
          return;
        }

        continue;
      }

      // Browsers report a file that is gone, or a folder, as an error of the network.
      const message = error.status || await isReadable(card.file)
        ? error.message
        : "The file cannot be read. It may be a folder, or it was changed or deleted.";
      if (signal.aborted) {
        return;
      }

      card.showError(message, error.detail, error.canRetry);
      say(`${card.name}: ${message}`);
      if (error.status === 401) {
        askForKey();
      }

      return;
    }
  }
}

async function run(card, model, signal) {
  if (runsInBrowser()) {
    card.showProgress("Classifying");
    return await classifyInBrowser(
      card.file, model, { signal, onProgress: f => card.showProgress("Loading the model", f ?? undefined) });
  }

  const start = performance.now();
  card.showProgress("Uploading", 0);
  const result = await classifyOnServer(card.file, model, {
    signal,
    onProgress: f => f < 1 ? card.showProgress("Uploading", f) : card.showProgress("Classifying"),
  });
  return { ...result, roundTrip: performance.now() - start };
}

const handlers = {
  say,
  onRetry: enqueue,
  onCancel(card) {
    card.controller.abort();
    remove(pending, card);
    card.showError("Canceled. The image is still here.");
    say(`${card.name}: canceled`);
  },
  onRemove(card) {
    const index = cards.indexOf(card);
    card.controller.abort();
    remove(pending, card);
    remove(cards, card);
    card.dispose();
    showCount();
    (cards[Math.min(index, cards.length - 1)]?.parts.remove ?? byId("choose")).focus();
    say(`Removed ${card.name}`);
  },
  async onExplain(card, classIndex) {
    const { maps } = await classifyOnServer(card.file, card.model, { explain: classIndex, top: 1, crop: false });
    return maps[0];
  },
};

function remove(list, item) {
  const index = list.indexOf(item);
  if (index >= 0) {
    list.splice(index, 1);
  }
}

function add(file, name) {
  const card = new Card(file, name, handlers);
  cards.unshift(card);
  results.prepend(card.element);
  showCount();
  enqueue(card);
  return card;
}

/** Adds files so that the first is at the top. */
function addAll(files) {
  const list = [...files];
  list.toReversed().forEach(file => add(file, file.name));
  if (list.length > 0) {
    say(list.length === 1 ? `Classifying ${list[0].name}` : `Classifying ${list.length} images`);
    revealResults();
  }
}

async function addSample(name, source) {
  let file;
  try {
    const response = await fetch(source);
    if (!response.ok) {
      throw new Error(`Status ${response.status}`);
    }

    file = await response.blob();
  } catch {
    showProblem("The sample cannot be loaded. The server cannot be reached.", () => addSample(name, source));
    return;
  }

  if (retryProblem !== loadModels) {
    hide(problem);
  }

  add(file, `${name}.png`);
  say(`Classifying ${name}.png`);
  revealResults();
}

function revealResults() {
  const top = byId("results-title").getBoundingClientRect().top;
  if (top > window.innerHeight * 0.6) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    byId("results-title").scrollIntoView({ behavior: isCalm ? "auto" : "smooth", block: "start" });
  }
}

function showCount() {
  empty.hidden = cards.length > 0;
  clear.hidden = cards.length === 0;
}

// Sources of images

function setUpSources() {
  const files = byId("files");
  byId("choose").onclick = () => files.click();
  files.onchange = () => {
    addAll(files.files);
    files.value = "";
  };
  clear.onclick = () => {
    cards.slice().forEach(handlers.onRemove);
    byId("choose").focus();
    say("Removed all images");
  };

  let depth = 0;
  const hasFiles = event => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", event => {
    if (hasFiles(event)) {
      depth++;
      document.body.classList.add("dragging");
    }
  });
  addEventListener("dragleave", event => {
    if (hasFiles(event) && --depth <= 0) {
      depth = 0;
      document.body.classList.remove("dragging");
    }
  });
  addEventListener("dragover", event => hasFiles(event) && event.preventDefault());
  addEventListener("drop", event => {
    if (hasFiles(event)) {
      event.preventDefault();
      depth = 0;
      document.body.classList.remove("dragging");
      addAll(event.dataTransfer.files);
    }
  });
  addEventListener("paste", event => {
    const images = [...event.clipboardData?.files ?? []];
    if (images.length > 0) {
      event.preventDefault();
      images.forEach(image => add(image, `Pasted image ${++pasted}`));
      revealResults();
    }
  });
  setUpCamera(photo => {
    add(photo, `Photo ${++photos}`);
    revealResults();
  });

  byId("samples").append(...samples.map(name => {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button" });
    const image = Object.assign(new Image(), { src: `/samples/${name}.png`, alt: "", loading: "lazy", width: 96, height: 72 });
    button.append(image, Object.assign(document.createElement("span"), { textContent: name }));
    button.setAttribute("aria-label", `Classify the sample ${name}`);
    button.onclick = () => addSample(name, image.src);
    item.append(button);
    return item;
  }));
}

// The newest image is at the top and is classified first.
const classifyAll = () => cards.forEach(enqueue);
modelList.onchange = () => {
  showSelectedModel();
  classifyAll();
};
modes.forEach(m => { m.onchange = classifyAll; });
problem.querySelector("button").onclick = () => retryProblem();
keyForm.onsubmit = async event => {
  event.preventDefault();
  const key = byId("key").value.trim();
  showKeyError("");
  if (/[^\x20-\x7e]/.test(key)) {
    // Browsers cannot send such a key in a header.
    showKeyError("The key has a character that keys cannot have.");
    return;
  }

  apiKey.set(key);
  await loadModels();
  cards.filter(c => !c.parts.failure.hidden).forEach(enqueue);
};

setUpSources();
await loadModels();

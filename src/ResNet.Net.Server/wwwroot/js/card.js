// The card of an image: the image with what the model sees, the classes and their activation maps, progress, errors.
import { regionOf } from "./geometry.js";
import { drawMap } from "./maps.js";

const percent = new Intl.NumberFormat("en-US", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const smallestShown = 0.0005;
const smallSide = 160;

export const formatProbability = p => p > 0 && p < smallestShown ? "<0.1%" : percent.format(p);

const formatTime = ms => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

export class Card {
  /**
   * @param file The image.
   * @param handlers onRemove, onRetry, onCancel, onExplain(classIndex), which returns a promise of a map, and say(text), which
   * screen readers announce.
   */
  constructor(file, name, handlers) {
    this.file = file;
    this.name = name;
    this.handlers = handlers;
    this.element = document.getElementById("card").content.firstElementChild.cloneNode(true);
    this.url = URL.createObjectURL(file);
    const find = selector => this.element.querySelector(selector);
    this.parts = {
      frame: find(".frame"), image: find(".image"), map: find(".map"), crop: find(".crop"), caption: find("figcaption"),
      working: find(".working"), failure: find(".failure"), result: find(".result"), classes: find(".classes"), hint: find(".hint"),
      unknown: find(".unknown"), sees: find(".sees"), timings: find(".timings"), time: find(".timing summary"), remove: find(".remove"),
    };
    const title = find("h3");
    title.textContent = name;
    title.id = `card-${Card.count++}`;
    find("article").setAttribute("aria-labelledby", title.id);
    this.parts.remove.setAttribute("aria-label", `Remove ${name}`);
    this.parts.remove.onclick = () => handlers.onRemove(this);
    find(".retry").onclick = () => handlers.onRetry(this);
    find(".cancel").onclick = () => handlers.onCancel(this);
    find(".cancel").setAttribute("aria-label", `Cancel: ${name}`);
    const { image } = this.parts;
    image.onload = () => {
      this.parts.frame.classList.toggle("small", Math.max(image.naturalWidth, image.naturalHeight) < smallSide);
      this.showRegion();
    };
    image.onerror = () => this.showMissingImage();
    image.alt = `The image ${name}`;
    image.src = this.url;
  }

  static count = 0;

  dispose() {
    this.element.remove();
    URL.revokeObjectURL(this.url);
  }

  /** Shows progress: a text, and a fraction from 0 to 1 if it is known. */
  showProgress(text, fraction) {
    const { working, failure, result } = this.parts;
    const bar = working.querySelector("progress");
    const keepsFocus = failure.contains(document.activeElement);
    working.hidden = false;
    failure.hidden = true;
    if (keepsFocus) {
      working.querySelector("button").focus();
    }

    result.classList.add("stale");
    working.querySelector("span").textContent = fraction === undefined ? text : `${text} ${Math.round(fraction * 100)}%`;
    bar.setAttribute("aria-label", `${text}: ${this.name}`);
    if (fraction === undefined) {
      bar.removeAttribute("value");
    } else {
      bar.value = fraction;
    }
  }

  /** Shows an error: a text for the user, the server's response if there is one, and a button if another attempt may succeed. */
  showError(text, detail = "", canRetry = true) {
    const { working, failure, result, remove } = this.parts;
    const keepsFocus = working.contains(document.activeElement);
    working.hidden = true;
    failure.hidden = false;
    failure.querySelector("p").textContent = text;
    failure.querySelector("details").hidden = !detail;
    failure.querySelector("details span").textContent = detail;
    const retry = failure.querySelector("button");
    retry.hidden = !canRetry;
    retry.setAttribute("aria-label", `Try again: ${this.name}`);
    if (keepsFocus) {
      (canRetry ? retry : remove).focus();
    }

    result.hidden = result.hidden || result.classList.contains("stale");
    this.hideMap();
  }

  /** Shows a result of the server or of the browser. */
  async showResult(result, model) {
    const { working, failure, classes, hint, time } = this.parts;
    const keepsFocus = [working, failure, classes].some(part => part.contains(document.activeElement));
    working.hidden = true;
    failure.hidden = true;
    this.result = result;
    this.model = model;
    this.maps = new Map((result.maps ?? []).map(m => [m.classIndex, m]));
    this.parts.result.hidden = false;
    this.parts.result.classList.remove("stale");
    this.hideMap();
    classes.replaceChildren(...result.predictions.map(p => this.createClass(p)));
    if (keepsFocus) {
      (classes.querySelector("button") ?? time).focus();
    }

    // Only some models have a threshold; comparing with undefined is false.
    this.parts.unknown.hidden = !(result.predictions[0].probability < model.unknownThreshold);
    hint.textContent = model.activationMaps ? "Select a class to see where the model finds it." : "";
    hint.hidden = !model.activationMaps;
    this.showTimings();
    this.showRegion();
    await this.showCrop();
  }

  createClass({ classIndex, label, probability }) {
    const item = document.createElement("li");
    const row = document.createElement(this.model.activationMaps ? "button" : "div");
    row.className = "class";
    const part = (tag, className, text = "") => {
      const element = document.createElement(tag);
      element.className = className;
      element.textContent = text;
      return element;
    };
    const bar = part("span", "bar");
    const fill = document.createElement("i");
    fill.style.width = `${100 * probability}%`;
    bar.setAttribute("aria-hidden", "true");
    bar.append(fill);
    row.append(part("span", "label", label), part("span", "value", formatProbability(probability)), bar);
    if (this.model.activationMaps) {
      row.type = "button";
      row.setAttribute("aria-pressed", "false");
      row.dataset.class = classIndex;
      row.onclick = () => this.toggleMap(row, classIndex, label);
    }

    item.append(row);
    return item;
  }

  async toggleMap(row, classIndex, label) {
    const wasShown = row.getAttribute("aria-pressed") === "true";
    this.hideMap();
    if (wasShown) {
      return;
    }

    row.setAttribute("aria-pressed", "true");
    const { result } = this;
    try {
      if (!this.maps.has(classIndex)) {
        this.parts.hint.textContent = "Computing the activation map…";
        this.maps.set(classIndex, await this.handlers.onExplain(this, classIndex));
      }
    } catch (error) {
      row.setAttribute("aria-pressed", "false");
      this.parts.hint.textContent = error.message;
      this.handlers.say(`${this.name}: ${error.message}`);
      return;
    }

    // Meanwhile, another class or another model may have been selected.
    if (row.getAttribute("aria-pressed") !== "true" || result !== this.result) {
      return;
    }

    drawMap(this.parts.map, this.maps.get(classIndex));
    this.parts.map.hidden = this.parts.frame.classList.contains("missing");
    this.element.querySelector("article").classList.add("mapped");
    this.parts.hint.textContent = `Bright areas are evidence for “${label}”. Select the class again to hide them.`;
    this.handlers.say(`${this.name}: the activation map of ${label} is shown`);
  }

  hideMap() {
    this.parts.map.hidden = true;
    this.parts.classes.querySelectorAll("[aria-pressed=true]").forEach(b => b.setAttribute("aria-pressed", "false"));
    this.parts.hint.textContent = "Select a class to see where the model finds it.";
  }

  showRegion() {
    const { image, crop, map, caption } = this.parts;
    if (!this.result || !this.model.profile || !image.naturalWidth) {
      return;
    }

    const { naturalWidth: width, naturalHeight: height } = image;
    const region = regionOf(this.model.profile, width, height);
    for (const element of [crop, map]) {
      element.style.left = `${100 * region.left}%`;
      element.style.top = `${100 * region.top}%`;
      element.style.width = `${100 * region.width}%`;
      element.style.height = `${100 * region.height}%`;
    }

    crop.hidden = false;
    const isWhole = region.width > 0.999 && region.height > 0.999;
    caption.textContent = `${width} × ${height} pixels. `
      + (isWhole ? "The model sees the whole image." : "The model sees only the bright part.");
  }

  async showCrop() {
    const { sees } = this.parts;
    const canvas = sees.querySelector("canvas");
    const { crop } = this.result;
    sees.hidden = !crop;
    if (typeof crop === "string") {
      const image = new Image();
      image.src = crop;
      await image.decode().catch(() => {});
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      canvas.getContext("2d").drawImage(image, 0, 0);
    } else if (crop) {
      [canvas.width, canvas.height] = [crop.width, crop.height];
      canvas.getContext("2d").putImageData(new ImageData(crop.rgba, crop.width, crop.height), 0, 0);
    }

    canvas.setAttribute("aria-label", `What the model sees of ${this.name}`);
    sees.querySelector("figcaption").textContent = `The model’s input, ${canvas.width}\u00a0×\u00a0${canvas.height}\u00a0pixels`;
  }

  showTimings() {
    const { decode, preprocess, inference, total } = this.result.timings;
    const { threads, roundTrip } = this.result;
    const rows = [["Decode", decode], ["Preprocess", preprocess], ["Model", inference], ["Total", total]];
    if (roundTrip !== undefined) {
      rows.push(["Round trip", roundTrip]);
    }

    // One line a result; the stages are shown on demand.
    this.parts.time.textContent = `${formatTime(roundTrip ?? total)}, ${threads === undefined ? "server" : "browser"}`;
    const terms = rows.map(([name, ms]) => [name, formatTime(ms)]);
    terms.push(["Ran on", threads === undefined ? "server" : `browser, ${threads} ${threads === 1 ? "thread" : "threads"}`]);
    this.parts.timings.replaceChildren(...terms.flatMap(([name, text]) => {
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = name;
      value.textContent = text;
      return [term, value];
    }));
  }

  showMissingImage() {
    const { frame, crop, map, caption } = this.parts;
    frame.classList.add("missing");
    crop.hidden = true;
    map.hidden = true;
    caption.textContent = "";
    frame.append(Object.assign(document.createElement("span"), { textContent: "This browser cannot display the file." }));
  }
}

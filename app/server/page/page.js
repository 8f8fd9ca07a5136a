"use strict";

// A drawing is a list of strokes, a stroke a list of points in [0, 1] x [0, 1]. What is sent is drawn
// afresh, dark on light, however the page itself looks.
const SENT_SIDE = 280; // pixels
const PEN = 0.07; // of the paper's side
const STEP = 0.03; // of a key

const element = (id) => document.getElementById(id);
const paper = element("paper");
const rows = element("bars").tBodies[0];

let strokes = [];
let photo = null; // { name, file, image }; the image is null where the browser cannot show it
let drawingWith = null; // the pointer that is down
let keyPen = { x: 0.5, y: 0.5, down: false, shown: false };
let asking = false;
let asksAgain = false;

function paint(context, side, ink) {
  context.strokeStyle = context.fillStyle = ink;
  context.lineWidth = PEN * side;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    context.arc(stroke[0].x * side, stroke[0].y * side, (PEN * side) / 2, 0, 7);
    context.fill();
    context.beginPath();
    for (const point of stroke) context.lineTo(point.x * side, point.y * side);
    context.stroke();
  }
}

function paintPhoto(context, side) {
  const { width, height } = photo.image;
  const scale = Math.min(side / width, side / height);
  const [w, h] = [width * scale, height * scale];
  context.drawImage(photo.image, (side - w) / 2, (side - h) / 2, w, h);
}

function paintKeyPen(context, side) {
  context.lineWidth = 2;
  context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--best");
  context.beginPath();
  context.arc(keyPen.x * side, keyPen.y * side, (PEN * side) / (keyPen.down ? 2 : 1.4), 0, 7);
  context.stroke();
}

function show() {
  const side = Math.max(1, Math.round(paper.clientWidth * window.devicePixelRatio));
  if (paper.width !== side) paper.width = paper.height = side;
  const context = paper.getContext("2d");
  context.clearRect(0, 0, side, side);
  const ink = getComputedStyle(paper).color;
  if (photo && photo.image) paintPhoto(context, side);
  if (photo && !photo.image) {
    context.fillStyle = ink;
    context.font = `${Math.round(side / 22)}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.fillText(photo.name, side / 2, side / 2, side * 0.9);
  }
  if (!photo) paint(context, side, ink);
  if (keyPen.shown) paintKeyPen(context, side);
  element("undo").disabled = element("clear").disabled = !photo && strokes.length === 0;
}

function drawingAsPng() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SENT_SIDE;
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, SENT_SIDE, SENT_SIDE);
  paint(context, SENT_SIDE, "#000000");
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function setText(id, text) {
  if (element(id).textContent !== text) element(id).textContent = text;
}

function percent(p) {
  return `${(100 * p).toFixed(1)}\u00a0%`;
}

function showBars(probabilities, best) {
  while (rows.rows.length < probabilities.length) {
    const row = rows.insertRow();
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = String(rows.rows.length - 1);
    row.append(name);
    const bar = document.createElement("div");
    bar.className = "bar";
    row.insertCell().append(bar);
    row.insertCell();
  }
  probabilities.forEach((p, i) => {
    const row = rows.rows[i];
    row.classList.toggle("best", i === best);
    row.cells[1].firstChild.style.width = `${100 * p}%`;
    row.cells[2].textContent = best === null ? "" : percent(p);
  });
}

function showInput(input) {
  const canvas = element("input");
  const side = input ? input.width : 28;
  canvas.width = canvas.height = side;
  if (!input) return canvas.setAttribute("aria-label", "What the network saw: nothing yet");
  const context = canvas.getContext("2d");
  const image = context.createImageData(input.width, input.height);
  input.pixels.forEach((grey, i) => image.data.set([grey, grey, grey, 255], 4 * i));
  context.putImageData(image, 0, 0);
  canvas.setAttribute("aria-label", `What the network saw: the digit, ${input.width} by ${input.height} pixels`);
}

function showNothing(summary) {
  setText("digit", "–");
  element("digit").className = "none";
  setText("summary", summary);
  element("unsure").hidden = true;
  showInput(null);
  showBars(new Array(Math.max(10, rows.rows.length)).fill(0), null);
}

function showAnswer(answer) {
  const name = answer.class ?? String(answer.digit);
  setText("digit", name);
  element("digit").className = name.length > 2 ? "long" : "";
  setText("summary", `${photo ? photo.name + ": t" : "T"}aken for ${name}, with a probability of ${percent(answer.probability)}.`);
  setText("unsure", answer.unsure ? `Unsure: ${answer.reason}` : "");
  element("unsure").hidden = !answer.unsure;
  showInput(answer.input);
  showBars(answer.probabilities, answer.digit);
}

async function answerTo(body) {
  const response = await fetch("predict?show=input", { method: "POST", body });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer[0].digits[0];
}

// One request at a time; what was drawn meanwhile is asked about after it.
async function ask() {
  if (asking) {
    asksAgain = true;
    return;
  }
  asking = true;
  do {
    asksAgain = false;
    if (!photo && strokes.length === 0) {
      showNothing("Nothing is drawn yet.");
      continue;
    }
    try {
      const answer = await answerTo(photo ? photo.file : await drawingAsPng());
      if (photo || strokes.length > 0) showAnswer(answer);
    } catch (error) {
      showNothing(error instanceof TypeError ? "The server does not answer." : error.message);
    }
    await new Promise((resolve) => setTimeout(resolve, 40));
  } while (asksAgain);
  asking = false;
}

function changed() {
  show();
  ask();
}

function undo() {
  drawingWith = null;
  if (photo) photo = null;
  else strokes.pop();
  keyPen.down = false;
  changed();
}

function clear() {
  drawingWith = null;
  photo = null;
  strokes = [];
  keyPen.down = false;
  changed();
}

async function openPhoto(file) {
  if (!file) return;
  let image = null;
  try {
    image = await createImageBitmap(file);
  } catch {
    // The server may read it all the same.
  }
  photo = { name: file.name, file, image };
  changed();
}

function pointOf(event) {
  const box = paper.getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}

function beginStroke(point) {
  photo = null;
  strokes.push([point]);
}

paper.addEventListener("pointerdown", (event) => {
  if (drawingWith !== null || event.button !== 0) return;
  drawingWith = event.pointerId;
  paper.setPointerCapture(event.pointerId);
  keyPen.shown = false;
  beginStroke(pointOf(event));
  changed();
});

paper.addEventListener("pointermove", (event) => {
  if (event.pointerId !== drawingWith) return;
  // A fast pen has more points than events.
  const events = event.getCoalescedEvents?.() ?? [];
  for (const each of events.length > 0 ? events : [event]) strokes.at(-1).push(pointOf(each));
  changed();
});

paper.addEventListener("pointerup", (event) => {
  if (event.pointerId === drawingWith) drawingWith = null;
});

// It was no stroke: a palm beside the pen, say.
paper.addEventListener("pointercancel", (event) => {
  if (event.pointerId !== drawingWith) return;
  drawingWith = null;
  strokes.pop();
  changed();
});

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

paper.addEventListener("keydown", (event) => {
  const arrow = ARROWS[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey || (!arrow && event.key !== " ")) return;
  event.preventDefault();
  keyPen.shown = true;
  if (arrow) {
    const within = (value) => Math.min(1, Math.max(0, value));
    keyPen.x = within(keyPen.x + STEP * arrow[0]);
    keyPen.y = within(keyPen.y + STEP * arrow[1]);
    if (keyPen.down) strokes.at(-1).push({ x: keyPen.x, y: keyPen.y });
  } else {
    keyPen.down = !keyPen.down;
    if (keyPen.down) beginStroke({ x: keyPen.x, y: keyPen.y });
  }
  if (keyPen.down) changed();
  else show();
});

paper.addEventListener("blur", () => {
  keyPen.shown = keyPen.down = false;
  show();
});

document.addEventListener("keydown", (event) => {
  if (drawingWith !== null) return;
  if (event.key === "Escape") clear();
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    event.preventDefault();
    if (photo || strokes.length > 0) undo();
  }
});

element("undo").addEventListener("click", undo);
element("clear").addEventListener("click", clear);
element("file").addEventListener("change", async (event) => {
  await openPhoto(event.target.files[0]);
  event.target.value = ""; // so that the same one can be chosen again
});

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("dropping");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  openPhoto(event.dataTransfer.files[0]);
});

window.addEventListener("resize", show);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
showNothing("Nothing is drawn yet.");
show();

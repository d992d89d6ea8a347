// Reads a badge with the camera or from a photo, here in the browser, and fills in the form that can be typed
// into as well. What the camera sees goes nowhere else.

const box = document.querySelector("[data-scanner]");
const field = document.getElementById(box.dataset.scanner);
const [video, status] = [box.querySelector("video"), box.querySelector("[role=status]")];
const [camera, turn] = ["[data-camera]", "[data-turn]"].map((name) => box.querySelector(name));
const photo = box.querySelector("[type=file]");
const PAUSE = 150; // milliseconds between two looks: a phone has other things to do
const SIDES = [1600, 800, 400]; // pixels: a code that is lost at one size may be found at another

const pixels = (source, side) => {
  const [wide, high] = [source.videoWidth ?? source.width, source.videoHeight ?? source.height];
  const scale = Math.min(1, side / Math.max(wide, high));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: Math.round(wide * scale), height: Math.round(high * scale) });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
};

// The browser's own reader where it has one; else a library, which is loaded only then.
const findReader = async () => {
  const kinds = (await globalThis.BarcodeDetector?.getSupportedFormats()) ?? [];
  if (kinds.includes("qr_code")) {
    const own = new BarcodeDetector({ formats: ["qr_code"] });
    return async (source) => (await own.detect(source))[0]?.rawValue ?? "";
  }
  const { default: decode } = await import(box.dataset.reader);
  return async (source, sides) => {
    for (const side of sides) {
      try {
        return decode(pixels(source, side));
      } catch {
        // no code at this size
      }
    }
    return "";
  };
};
let reader; // a promise of it, from the first use on
const read = async (source, sides) => (await (reader ??= findReader()))(source, sides);

// Whether this is a badge; then the form goes on with it. The server says what is wrong with others.
const taken = (text) => {
  if (!text.toUpperCase().startsWith(box.dataset.begin)) return false;
  field.value = text;
  field.form.requestSubmit();
  return true;
};

let stream;
const stop = () => {
  stream?.getTracks().forEach((track) => track.stop());
  stream = undefined;
};

const look = async (seen) => {
  while (seen === stream) {
    const text = video.readyState >= video.HAVE_CURRENT_DATA ? await read(video, [800]) : "";
    if (seen !== stream) return;
    if (text && taken(text)) return stop();
    if (text) status.textContent = status.dataset.other;
    await new Promise((done) => setTimeout(done, PAUSE));
  }
};

let facing = "environment";
const start = async () => {
  stop();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: facing } } });
    video.srcObject = stream;
    video.hidden = false;
    camera.hidden = true;
    await video.play();
    status.textContent = status.dataset.look;
    const devices = await navigator.mediaDevices.enumerateDevices();
    turn.hidden = devices.filter(({ kind }) => kind === "videoinput").length < 2;
    await look(stream);
  } catch {
    stop();
    video.hidden = true;
    camera.hidden = false;
    status.textContent = status.dataset.none;
  }
};

camera.addEventListener("click", start);
turn.addEventListener("click", () => {
  facing = facing === "user" ? "environment" : "user";
  start();
});
addEventListener("pagehide", stop);

photo.addEventListener("change", async () => {
  const [file] = photo.files;
  if (!file) return;
  const text = await createImageBitmap(file)
    .then((image) => read(image, SIDES))
    .catch(() => "");
  if (!taken(text)) status.textContent = text ? status.dataset.other : status.dataset.empty;
  photo.value = "";
});

box.hidden = false;
camera.hidden = !navigator.mediaDevices;
// After a refusal: that is read first, and the badge that it was about may still be before the camera.
const refused = document.querySelector("[data-focus]");
// A scanner at a desk types into the field that has the focus.
if (matchMedia("(pointer: fine)").matches && !refused) field.focus();
// Allowed before: then a child need not press anything.
const allowed = refused ? undefined : navigator.permissions?.query({ name: "camera" });
allowed?.then(({ state }) => state === "granted" && start()).catch(() => undefined); // a browser that does not tell

/* Alarms one can hear.
 *
 * data-alarm="0"        sounds from the moment it is on the page until it leaves it; 0 to 4 is the priority
 * data-sound="panic"    with data-alarm: a sound of its own, which goes before every other
 * data-sound-needed     a page that will want to sound: the banner shows when the browser keeps it silent
 *
 * A browser lets a page sound only after a gesture: the button on the banner starts the shift, with a
 * test tone. For the rest of the session any key or click wakes the sound again on the next page.
 */

const banner = document.getElementById("sound-banner");
const STARTED = "carma.sound";

/* Per priority: [frequency Hz, length ms] one after the other, and seconds until it is repeated. */
const TONES = [
  { beat: [[988, 160], [659, 160], [988, 160], [659, 160], [988, 160], [659, 160]], every: 4 },
  { beat: [[880, 180], [660, 180], [880, 180]], every: 8 },
  { beat: [[784, 180], [784, 180]], every: 20 },
  { beat: [[587, 220]], every: 30 },
  { beat: [[440, 160]], every: 30 },
];
/* Sounds of their own: they rise and fall like no other, and leave no pause in which to forget them. */
const OWN = {
  panic: { beat: [[523, 110], [784, 110], [1175, 220], [523, 110], [784, 110], [1175, 220]], every: 2, wave: "sawtooth" },
};
const TEST = [[523, 120], [659, 120], [784, 180]];
const GAP_MS = 40;

const heard = new Map();
let audio = null;

const blocked = () => audio === null || audio.state !== "running";
const alarms = () => [...document.querySelectorAll("[data-alarm]")];

function play({ beat, wave = "triangle" }) {
  let at = audio.currentTime + 0.02;
  for (const [frequency, length] of beat) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const end = at + length / 1000;
    tone.type = wave;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.5, at + 0.015);
    volume.gain.setValueAtTime(0.5, end - 0.03);
    volume.gain.exponentialRampToValueAtTime(0.0001, end);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(end);
    at = end + GAP_MS / 1000;
  }
}

/* What sounds now: the most urgent alarm that is new or due again. One voice at a time. */
function sound() {
  const now = Date.now();
  const present = alarms();
  const names = new Set(present.map(nameOf));
  for (const name of heard.keys()) if (!names.has(name)) heard.delete(name);
  tellWhenBlocked(present);
  if (blocked()) return;
  const due = present.filter((alarm) => isDue(alarm, now)).sort((a, b) => rankOf(a) - rankOf(b));
  if (!due.length) return;
  due.forEach((alarm) => heard.set(nameOf(alarm), now));
  play(toneOf(due[0]));
  const detail = { level: levelOf(due[0]), sound: due[0].dataset.sound ?? "" };
  document.dispatchEvent(new CustomEvent("carma:sounded", { detail }));
}

const nameOf = (alarm) => alarm.id || alarm.dataset.alarm;
const levelOf = (alarm) => Math.min(Math.max(Number(alarm.dataset.alarm) || 0, 0), TONES.length - 1);
const toneOf = (alarm) => OWN[alarm.dataset.sound] ?? TONES[levelOf(alarm)];
const isOwn = (alarm) => alarm.dataset.sound in OWN;
const rankOf = (alarm) => (isOwn(alarm) ? -1 : levelOf(alarm));

function isDue(alarm, now) {
  const last = heard.get(nameOf(alarm));
  const { every } = toneOf(alarm);
  return last === undefined || now - last >= every * 1000;
}

function tellWhenBlocked(present) {
  const needed = present.length > 0 || document.querySelector("[data-sound-needed]") !== null;
  banner.hidden = !(needed && blocked());
  banner.toggleAttribute("data-loud", present.some(isOwn));
}

async function wake() {
  audio ??= new AudioContext();
  await audio.resume();
  sound();
}

document.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-sound-start]")) return;
  await wake();
  sessionStorage.setItem(STARTED, "yes");
  play({ beat: TEST });
  document.dispatchEvent(new CustomEvent("carma:toast", { detail: { text: banner.dataset.on } }));
});

for (const gesture of ["pointerdown", "keydown"]) {
  document.addEventListener(gesture, () => {
    if (blocked() && sessionStorage.getItem(STARTED)) wake();
  });
}

/* Some browsers pass the gesture on from the page before. */
if (sessionStorage.getItem(STARTED) && navigator.userActivation?.hasBeenActive) wake();

new MutationObserver(sound).observe(document.body, {
  subtree: true, childList: true, attributes: true, attributeFilter: ["data-alarm"],
});
setInterval(sound, 1000);
sound();

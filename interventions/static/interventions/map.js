// The map of the board: borders, open incidents and teams. It shows what the lists show, read from their
// rows ([data-place] with data-lat, data-lon), and moves only when somebody asks: at first, by hand, or by "fit".

import { serverNow } from "../web/clocks.js";

const L = window.L;
const holder = document.getElementById("map");
const words = holder.dataset;
const reduced = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const OLD = 600; // seconds after which a team can be anywhere in its sector
const CLOSE = 14; // zoom at which one place is shown
const NEAR = 12; // zoom from which neighbourhoods are drawn
const FAR = 11; // zoom below which teams are dots, told by name when pointed at

const map = L.map(holder, {
  zoomControl: false,
  attributionControl: true,
  zoomSnap: 0.25,
  zoomAnimation: !reduced,
  fadeAnimation: !reduced,
  markerZoomAnimation: !reduced,
  center: [51.05, 5.6],
  zoom: 10,
});
map.attributionControl.setPrefix(false);
L.control.zoom({ zoomInTitle: words.wordIn, zoomOutTitle: words.wordOut }).addTo(map);

const markers = new Map(); // id of the row → marker
let borders = null;
let isFitted = false;

/* ---- borders ---- */

async function layer(url, kind, options) {
  const answer = await fetch(url);
  if (!answer.ok) {
    throw new Error(`${url}: ${answer.status}`);
  }
  const shapes = await answer.json();
  if (shapes.attribution) {
    map.attributionControl.addAttribution(escaped(shapes.attribution));
  }
  return L.geoJSON(shapes, {
    interactive: false,
    style: () => ({ className: `border border-${kind}` }),
    ...options,
  });
}

function escaped(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element.innerHTML;
}

map.createPane("names").style.zIndex = 450; // above the borders, below what matters

function named(feature, area) {
  area.bindTooltip(escaped(feature.properties.name), {
    permanent: true, direction: "center", className: "border-name", interactive: false, pane: "names",
  });
}

async function draw() {
  const [wijken, sectors, municipalities] = await Promise.all([
    layer(words.wijken, "wijk"),
    layer(words.sectors, "sector"),
    layer(words.municipalities, "municipality", { onEachFeature: named }),
  ]);
  borders = municipalities.addTo(map);
  sectors.addTo(map);
  const nearby = () => (map.getZoom() >= NEAR ? wijken.addTo(map) : wijken.remove());
  map.on("zoomend", nearby);
  L.control.layers(null, { [words.wordMunicipalities]: municipalities, [words.wordSectors]: sectors }).addTo(map);
  first();
}

/* ---- what the lists show ---- */

const rows = () => [...document.querySelectorAll("[data-place][id]")];

function faceOf(row) {
  const { place, label } = row.dataset;
  if (place === "team") {
    const danger = row.dataset.danger === undefined ? "" : " data-danger";
    return `<span class="map-team" data-status="${escaped(row.dataset.status)}"${danger}>${escaped(label)}</span>`;
  }
  const code = escaped(row.dataset.priorityCode);
  const waits = row.closest("#queue") !== null;
  return `<span class="priority map-incident" data-priority="${code === "?" ? "none" : code}"${waits ? " data-waits" : ""}><span class="priority-mark">${code}</span></span>`;
}

function age(at) {
  const minutes = Math.max(0, Math.floor((serverNow() - at) / 60));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function tell(row) {
  const { label, at } = row.dataset;
  return escaped(at ? `${label} · ${words.wordAge.replace("{age}", age(at))}` : label);
}

function choose(id) {
  const row = document.getElementById(id);
  row?.scrollIntoView({ block: "nearest" });
  row?.focus({ preventScroll: true });
}

/* What is most urgent lies on top. */
function heightOf({ dataset }) {
  if (dataset.place === "team") {
    return dataset.danger === undefined ? 0 : 2000;
  }
  return 1000 - 100 * (Number(dataset.priorityCode) || 0);
}

function place(row) {
  const point = [Number(row.dataset.lat), Number(row.dataset.lon)];
  const face = faceOf(row);
  let marker = markers.get(row.id);
  if (!marker) {
    marker = L.marker(point, { keyboard: false, riseOnHover: true });
    marker.bindTooltip(() => tell(document.getElementById(row.id) ?? row), { direction: "top" });
    marker.on("click", () => choose(row.id));
    markers.set(row.id, marker);
  }
  if (marker.face !== face) {
    marker.face = face;
    marker.setIcon(L.divIcon({ html: face, className: `map-mark map-mark-${row.dataset.place}`, iconSize: null }));
    marker.setZIndexOffset(heightOf(row));
  }
  marker.setLatLng(point).addTo(map);
  const isOld = row.dataset.at && serverNow() - row.dataset.at > OLD;
  marker.getElement()?.toggleAttribute("data-old", Boolean(isOld));
}

function sync() {
  const shown = rows();
  const ids = new Set(shown.map((row) => row.id));
  for (const [id, marker] of markers) {
    if (!ids.has(id)) {
      marker.remove();
      markers.delete(id);
    }
  }
  shown.forEach(place);
  highlight();
}

function highlight() {
  const row = document.activeElement?.closest?.("[data-place]");
  for (const [id, marker] of markers) {
    marker.getElement()?.toggleAttribute("data-chosen", id === row?.id);
  }
}

/* ---- the view ---- */

function scale() {
  holder.toggleAttribute("data-far", map.getZoom() < FAR);
}

map.on("zoomend", scale);
scale();

function fit() {
  const points = [...markers.values()].map((marker) => marker.getLatLng());
  const bounds = L.latLngBounds(points);
  if (borders) {
    bounds.extend(borders.getBounds());
  }
  if (bounds.isValid()) {
    map.fitBounds(bounds, { padding: [12, 12], animate: !reduced });
  }
}

/* Somebody asks where it is: its row, and the map above the first of these that has a place. */
function show(ids) {
  const marker = ids.map((id) => markers.get(id)).find(Boolean);
  if (marker) {
    map.setView(marker.getLatLng(), Math.max(map.getZoom(), CLOSE), { animate: !reduced });
  }
  choose(ids.find((id) => document.getElementById(id)));
}

/* Who comes from another page to see one row finds it in the address. */
function first() {
  if (!isFitted) {
    isFitted = true;
    fit();
    if (location.hash && document.getElementById(location.hash.slice(1))) {
      show([location.hash.slice(1)]);
    }
  }
}

document.addEventListener("click", (event) => {
  const asked = event.target.closest("[data-map-show]");
  if (asked) {
    event.preventDefault();
    show(asked.dataset.mapShow.split(" "));
  }
  if (event.target.closest("[data-map-fit]")) {
    fit();
  }
  const larger = event.target.closest("[data-map-large]");
  if (larger) {
    const isLarge = document.getElementById("board").toggleAttribute("data-map-large");
    larger.setAttribute("aria-pressed", String(isLarge));
    map.invalidateSize({ pan: false });
    fit();
  }
});
new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(holder);
document.addEventListener("htmx:load", sync);
document.addEventListener("focusin", highlight);
setInterval(sync, 15000);

sync();
draw().catch(first);

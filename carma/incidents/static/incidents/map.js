// The map beside a call: a click sets the place; the place and the incidents nearby are shown on it.

import { asker } from "./combobox.js";

const CLOSE = 14; // zoom at which a street is told from the next
const NEAR = 12; // zoom from which neighbourhoods are drawn
const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** `chosen` is told an option as a list has them; `outside` the words for a point that is not ours. */
export function placeMap(element, { chosen, outside }) {
  const { L } = window;
  const words = element.dataset;
  if (!L) {
    return { show() {}, number() {} };
  }
  const options = { zoomControl: false, zoomAnimation: !reduced, fadeAnimation: !reduced, center: [51.05, 5.6], zoom: 10 };
  const map = L.map(element, options);
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: words.wordIn, zoomOutTitle: words.wordOut }).addTo(map);
  map.createPane("names").style.zIndex = 450; // above the borders, below what matters

  const ask = asker(words.nearestUrl);
  const numbered = L.layerGroup().addTo(map);
  const pin = L.marker([0, 0], { keyboard: false, icon: L.divIcon({ className: "place-pin", iconSize: [22, 22] }) });
  let zone = null;

  async function layer(url, kind, more) {
    const answer = await fetch(url);
    const shapes = answer.ok ? await answer.json() : { type: "FeatureCollection", features: [] };
    if (shapes.attribution) {
      map.attributionControl.addAttribution(text(shapes.attribution).innerHTML);
    }
    return L.geoJSON(shapes, { style: () => ({ className: `area area-${kind}` }), ...more });
  }

  function named({ properties }, area) {
    area.bindTooltip(text(properties.name), { permanent: true, direction: "center", className: "area-name", pane: "names" });
  }

  async function draw() {
    const wijken = await layer(words.wijken, "wijk", { interactive: false });
    zone = await layer(words.municipalities, "municipality", { onEachFeature: named });
    zone.addTo(map);
    const nearby = () => (map.getZoom() >= NEAR ? wijken.addTo(map) : wijken.remove());
    map.on("zoomend", nearby);
    if (!map.hasLayer(pin) && zone.getLayers().length) {
      map.fitBounds(zone.getBounds());
    }
    nearby();
  }

  /* A click on an area reaches the map as well, with the area as what was hit. */
  map.on("click", async ({ latlng, originalEvent }) => {
    const isOurs = !zone?.getLayers().length || originalEvent.target.matches(".area-municipality");
    if (!isOurs) {
      outside(words.wordOutside);
      return;
    }
    const lat = latlng.lat.toFixed(6);
    const lon = latlng.lng.toFixed(6);
    const html = await ask({ lat, lon });
    const near = html ? new DOMParser().parseFromString(html, "text/html").querySelector("[data-label]") : null;
    const option = document.createElement("li");
    Object.assign(option.dataset, { label: near?.dataset.label ?? `${lat}, ${lon}`, lat, lon });
    chosen(option);
  });

  function show(lat, lon) {
    if (lat === "" || lon === "") {
      pin.remove();
      return;
    }
    const point = [Number(lat), Number(lon)];
    pin.setLatLng(point).addTo(map);
    if (!map.getBounds().pad(-0.1).contains(point) || map.getZoom() < NEAR) {
      map.setView(point, CLOSE);
    }
  }

  /** The incidents of the list beside the map, by the number that adds the call to them. */
  function number(rows) {
    numbered.clearLayers();
    for (const { dataset } of rows) {
      const face = text(dataset.number);
      const icon = L.divIcon({ className: "place-number", html: face, iconSize: [24, 24], iconAnchor: [0, 24] });
      L.marker([Number(dataset.lat), Number(dataset.lon)], { keyboard: false, icon }).addTo(numbered);
    }
  }

  draw();
  return { show, number };
}

function text(words) {
  const element = document.createElement("span");
  element.textContent = words;
  return element;
}

// Country shapes of Natural Earth (npm package world-atlas) → worker/web/shapes.json, clipped to a window.
//
//   npm install world-atlas topojson-client
//   node docs/map/convert.mjs 22 33 60 54 > worker/web/shapes.json      (west south east north, in degrees)
//
// Coordinates are whole numbers of 1/200 degree, each ring as its first point and then the steps from point to point.
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { feature } = require("topojson-client");
const world = require("world-atlas/countries-10m.json");
const [west, south, east, north] = process.argv.slice(2).map(Number);
const SCALE = 200;

// Sutherland and Hodgman: a ring clipped at one edge after the other.
const edges = [
  [([x]) => x >= west, (a, b) => cut(a, b, 0, west)],
  [([x]) => x <= east, (a, b) => cut(a, b, 0, east)],
  [([, y]) => y >= south, (a, b) => cut(a, b, 1, south)],
  [([, y]) => y <= north, (a, b) => cut(a, b, 1, north)],
];
function cut(a, b, axis, at) {
  const share = (at - a[axis]) / (b[axis] - a[axis]);
  const other = a[1 - axis] + share * (b[1 - axis] - a[1 - axis]);
  return axis === 0 ? [at, other] : [other, at];
}
function clipped(ring) {
  for (const [inside, crossing] of edges) {
    const kept = [];
    ring.forEach((point, i) => {
      const before = ring[(i + ring.length - 1) % ring.length];
      if (inside(point)) {
        if (!inside(before)) kept.push(crossing(before, point));
        kept.push(point);
      } else if (inside(before)) kept.push(crossing(before, point));
    });
    ring = kept;
  }
  return ring;
}
function steps(ring) {
  const found = [];
  let [x, y] = [0, 0];
  for (const point of ring) {
    const [px, py] = point.map((value) => Math.round(value * SCALE));
    if (found.length && px === x && py === y) continue;
    found.push(px - x, py - y);
    [x, y] = [px, py];
  }
  return found.length >= 8 ? found : null;
}
const countries = [];
for (const { properties, geometry } of feature(world, world.objects.countries).features) {
  if (!geometry) continue;
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const rings = polygons.flat().map((ring) => steps(clipped(ring.slice(0, -1)))).filter(Boolean);
  if (rings.length) countries.push({ name: properties.name, rings });
}
countries.sort((a, b) => a.name.localeCompare(b.name));
const bounds = [west, south, east, north];
process.stdout.write(`${JSON.stringify({ bounds, scale: SCALE, countries })}\n`);

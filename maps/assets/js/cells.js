'use strict';
// H3 cells: counts by source and month, drawn 93 % large so that the land shows between them.
(function (G) {
  const RAMP = G.RAMP = ['#CFE5DF', '#9BCBC3', '#5FA9A3', '#2C7F80', '#0E4F57'];
  G.BREAKS = { fine: [1, 3, 6, 12, 25], coarse: [1, 5, 15, 30, 60], 5: [1, 2, 4, 7, 12], 6: [1, 2, 3, 5, 8] };
  const SHRINK = 0.93;

  G.step = (count, breaks) => breaks.filter((least) => count >= least).length - 1;

  // The count at a month of [month, count, month, count, ...] (only changes are stored).
  G.at = function (changes, month) {
    let count = 0;
    for (let i = 0; i < changes.length && changes[i] <= month; i += 2) count = changes[i + 1];
    return count;
  };

  // Distinct villages of the chosen sources: a village stands in exactly one mask a month.
  G.distinct = (masks, chosen, count) => masks.reduce((sum, [mask, counts]) => (mask & chosen ? sum + count(counts) : sum), 0);

  function corners(packed) {
    let lat = 0, lon = 0;
    const points = [];
    for (let i = 0; i < packed.length; i += 2) points.push([(lat += packed[i]) / 1000, (lon += packed[i + 1]) / 1000]);
    return points;
  }

  G.shrink = function (ring) {
    const mid = [0, 1].map((k) => ring.reduce((sum, p) => sum + p[k], 0) / ring.length);
    return ring.map((p) => p.map((v, k) => mid[k] + (v - mid[k]) * SHRINK));
  };

  // What a cell looks like: null when there is nothing to show.
  G.cellStyle = function (seen, breaks) {
    if (!seen.reached) {
      if (!seen.catchment || seen.others) return null;
      return { fillColor: '#FFFFFF', fillOpacity: 0.9, color: '#8C8F88', weight: 1.1, opacity: 1 };
    }
    const fading = seen.reached >= 4 && seen.active * 2 < seen.reached;
    const look = { fillColor: RAMP[G.step(seen.reached, breaks)], fillOpacity: 0.95, color: '#B3261E', opacity: 1 };
    return fading ? { ...look, weight: 2.2 } : { ...look, color: '#FFFFFF', weight: 0.4 };
  };

  G.CellLayer = class {
    constructor(map, level, choose) {
      this.map = map; this.level = level; this.choose = choose; this.drawn = new Map(); this.breaks = G.BREAKS[level];
      this.group = L.layerGroup();
    }
    put(id, ring, seen) {
      const style = G.cellStyle(seen, this.breaks);
      let shape = this.drawn.get(id);
      if (!style) { if (shape) this.group.removeLayer(shape); return; }
      if (!shape) {
        shape = L.polygon(G.shrink(ring), { pane: 'cells', renderer: G.renderer('cells'), smoothFactor: 0, className: 'cell' });
        shape.on('click', () => this.choose(shape.seen, this.level));
        this.drawn.set(id, shape);
      }
      shape.seen = { ...seen, bounds: shape.getBounds() };
      shape.setStyle(style);
      if (!this.group.hasLayer(shape)) this.group.addLayer(shape);
      if (style.weight > 2) shape.bringToFront();
    }
    // Cells carried by the page itself.
    show(cells, chosen, month) {
      for (const [id, catchment, packed, reached, active] of cells) {
        const at = (counts) => G.at(counts, month);
        const seen = { reached: G.distinct(reached, chosen, at), active: G.distinct(active, chosen, at), catchment: at(catchment) };
        seen.others = seen.reached ? 0 : G.distinct(reached, ~0, at);
        this.put(id, this.ring(id, packed), seen);
      }
      this.group.addTo(this.map);
    }
    ring(id, packed) {
      return this.drawn.has(id) ? null : corners(packed);
    }
    // Cells answered by the server for what is in view.
    replace(collection) {
      const now = new Set();
      for (const { properties: p, geometry } of collection.features) {
        now.add(p.h3);
        const ring = geometry.coordinates[0].slice(0, -1).map(([lon, lat]) => [lat, lon]);
        this.put(p.h3, ring, { reached: p.reached, active: p.active, catchment: p.catchment });
      }
      for (const [id, shape] of this.drawn) if (!now.has(id)) this.group.removeLayer(shape);
      this.group.addTo(this.map);
    }
    hide() { this.group.remove(); }
    get size() { return this.group.getLayers().length; }
  };
})(window.GramReach);

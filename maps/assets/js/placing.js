'use strict';
// Marks at the same place stand aside, with a leader to the true place; labels take the free side.
(function (G) {
  const ORDER = { cluster: 0, rsvc: 1, partnership: 1, rutag: 2, rutag_chapter: 2, never: 1, village: 3, state: 4 };
  const MOBILITY = { cluster: 0.3, rutag: 1, rutag_chapter: 1, rsvc: 1, partnership: 1, dot: 0 };
  const NUDGE = { cluster: [-0.9, 0.45], rutag: [1, 0.15], rutag_chapter: [0.7, -0.7], rsvc: [-0.4, -1], partnership: [0.5, 1] };

  // Pushes overlapping marks apart, the movable ones more. What is moved noticeably must leave its true place (a dot)
  // in sight. Pure: points in, points out.
  G.spread = function (marks, gap) {
    const first = settle(marks, marks, gap);
    const dots = marks.filter((m, i) => Math.hypot(first[i].x - m.x, first[i].y - m.y) > 5)
      .map((m) => ({ x: m.x, y: m.y, r: 3, kind: 'dot', of: m }));
    return dots.length ? settle([...marks, ...dots], [...first, ...dots], gap).slice(0, marks.length) : first;
  };

  function settle(marks, from, gap) {
    const out = from.map((m) => ({ x: m.x, y: m.y }));
    for (let round = 0; round < 300; round++) {
      let moved = false;
      for (let i = 0; i < marks.length; i++) {
        for (let j = i + 1; j < marks.length; j++) moved = push(marks, out, i, j, gap) || moved;
      }
      if (!moved) break;
    }
    return out;
  }

  function push(marks, out, i, j, gap) {
    if (marks[j].kind === 'dot' && marks[j].of !== marks[i]) return false; // a dot keeps off its own mark only
    const need = marks[i].r + marks[j].r + gap;
    let dx = out[j].x - out[i].x, dy = out[j].y - out[i].y;
    let distance = Math.hypot(dx, dy);
    if (distance >= need - 0.01) return false;
    if (distance < need * 0.45) { // near the same place: each kind goes its own way, always the same
      const a = NUDGE[marks[i].kind] || [1, 0], b = NUDGE[marks[j].kind] || [-1, 0];
      dx += (b[0] - a[0]) * 4 + 0.01 * (j - i); dy += (b[1] - a[1]) * 4;
      distance = Math.hypot(dx, dy) || 1;
    }
    const mi = MOBILITY[marks[i].kind] ?? 1, mj = MOBILITY[marks[j].kind] ?? 1;
    const step = Math.min(need - Math.hypot(out[j].x - out[i].x, out[j].y - out[i].y), 6) / (mi + mj);
    out[i].x -= (dx / distance) * step * mi; out[i].y -= (dy / distance) * step * mi;
    out[j].x += (dx / distance) * step * mj; out[j].y += (dy / distance) * step * mj;
    return true;
  }

  const overlap = G.overlap = (a, b) =>
    Math.max(0, Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0)) * Math.max(0, Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0));

  // Where a label may stand around a mark, the preferred places first.
  const candidates = G.candidates = function (x, y, r, w, h) {
    const g = r + 3;
    return [
      [x + g, y - h / 2], [x - g - w, y - h / 2], [x - w / 2, y + g - 1], [x - w / 2, y - g - h + 1],
      [x + g - 2, y - g - h / 2 + 2], [x + g - 2, y + g - h / 2 - 2], [x - g - w + 2, y - g - h / 2 + 2], [x - g - w + 2, y + g - h / 2 - 2],
    ];
  };

  const SHIFTS = [[0, 0], [0, -10], [0, 10], [14, 0], [-14, 0], [0, -20], [0, 20], [26, 0], [-26, 0], [22, 12], [-22, -12]];

  // Chooses the place of one label: the least overlap with what already stands, the preferred side on a tie.
  G.place = function (options, w, h, taken) {
    let best = null;
    options.forEach(([x, y], index) => {
      const box = { x0: x, y0: y, x1: x + w, y1: y + h };
      let cost = index * 0.6;
      for (const other of taken) cost += overlap(box, other) * (other.weight || 1);
      if (!best || cost < best.cost) best = { x, y, box, cost, hidden: 0 };
    });
    return best;
  };

  const symbolBox = (p, r) => ({ x0: p.x - r - 1, x1: p.x + r + 1, y0: p.y - r - 1, y1: p.y + r + 1, weight: 2 });

  // Arranges all visible marks of a map: moves their inner nodes, draws the leaders, chooses the labels' sides.
  G.arrange = function (map, marks, leaders, names, movable, obstacles) {
    const scale = G.isPhone() ? 0.76 : 1;
    const shown = marks.filter((m) => map.hasLayer(m.marker) && m.node());
    const flat = shown.map((m) => {
      const p = map.latLngToLayerPoint(m.marker.getLatLng());
      return { x: p.x, y: p.y, r: m.radius * scale + (m.extra || 0), kind: m.kind };
    });
    const places = movable ? G.spread(flat, 1.5) : flat;
    drawLeaders(map, flat, places, leaders);
    const fixed = places.map((p, i) => symbolBox(p, flat[i].r));
    flat.forEach((p, i) => { if (places[i] !== p && Math.hypot(places[i].x - p.x, places[i].y - p.y) > 5) fixed.push(symbolBox(p, 2)); });
    fixed.push(...(obstacles || []));
    const labels = shown.map((m, i) => labelOf(m, flat[i], places[i])).filter(Boolean);
    labels.sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.at.y - b.at.y);
    for (let round = 0; round < 3; round++) { // each gives way to the others, three times round
      for (const label of labels) {
        const others = labels.filter((l) => l !== label && l.best).map((l) => ({ ...l.best.box, weight: 1.5 }));
        label.best = G.place(label.options, label.w, label.h, [...fixed, ...others]);
      }
    }
    const taken = [...fixed, ...labels.filter(settleLabel).map((l) => ({ ...l.best.box, weight: 1.5 }))];
    (names || []).filter((n) => map.hasLayer(n.marker)).forEach((n) => G.placeName(map, n, taken));
  };

  function drawLeaders(map, from, to, leaders) {
    if (!leaders) return;
    leaders.clearLayers();
    from.forEach((p, i) => G.leader(map, p, to[i], leaders));
  }

  // From the true place of a mark to where it stands aside.
  G.leader = function (map, from, to, leaders) {
    if (Math.hypot(to.x - from.x, to.y - from.y) < 7) return;
    const ends = [from, to].map((q) => map.layerPointToLatLng([q.x, q.y]));
    const look = { pane: 'leaders', renderer: G.renderer('leaders'), interactive: false };
    leaders.addLayer(L.polyline(ends, { ...look, color: '#14211F', weight: 1.6 }));
    leaders.addLayer(L.circleMarker(ends[0], { ...look, radius: 2.6, color: '#fff', weight: 1.2, fillColor: '#14211F', fillOpacity: 1 }));
  };

  function labelOf(mark, from, at) {
    const inner = mark.node().firstElementChild, node = inner.querySelector('.label');
    const dx = at.x - from.x, dy = at.y - from.y;
    inner.style.transform = `translate(${dx.toFixed(1)}px, ${dy.toFixed(1)}px)`;
    if (!node || !node.offsetWidth) return null;
    const w = node.offsetWidth, h = node.offsetHeight - 4;
    let options = candidates(at.x, at.y, from.r, w, h);
    if (dx < -5) options = [options[1], options[0], ...options.slice(2)];
    if (mark.side === 'below') options = [options[2], ...options];
    if (mark.side === 'left') options = [options[1], ...options];
    return { node, at, w, h, options, kind: mark.kind };
  }

  // Writes a label's place; one that would lie on others is hidden, but never a cluster's or a never visited village's.
  function settleLabel({ node, at, best, w, h, kind }) {
    node.style.transform = `translate(${(best.x - at.x).toFixed(1)}px, ${(best.y - 2 - at.y).toFixed(1)}px)`;
    const crowded = best.cost > w * h * 0.45 && ORDER[kind] > 1;
    node.style.visibility = crowded ? 'hidden' : '';
    return !crowded;
  }

  G.placeName = function (map, name, taken) {
    const label = name.node() && name.node().firstElementChild;
    if (!label || !label.offsetWidth) return;
    const at = map.latLngToLayerPoint(name.marker.getLatLng());
    const w = label.offsetWidth, h = label.offsetHeight;
    const best = G.place(SHIFTS.map(([x, y]) => [at.x - w / 2 - 4 + x, at.y - h / 2 + y]), w + 8, h, taken);
    label.style.transform = `translate(${(best.x + 4 - at.x).toFixed(1)}px, ${(best.y - at.y).toFixed(1)}px)`;
    const crowded = best.cost > w * h * 0.12 + 6;
    label.style.visibility = crowded ? 'hidden' : '';
    if (!crowded) taken.push({ ...best.box, weight: 1 });
  };
})(window.GramReach);

'use strict';
// Any number of villages: marks shrink as they crowd, names stand only where they fit, the urgent ones first.
(function (G) {
  const LEAST = { broken: 0.66, silent: 0.6, never: 0.54 }; // of full size: about 12 px, still told apart by shape
  const SMALLEST = 0.56;
  const URGENT = { broken: 0, never: 1, silent: 2 };
  const FULL = 24; // pixels that a mark of full size wants for itself
  const MANY = 30;
  const CENTRES = ['cluster', 'rutag', 'rutag_chapter', 'rsvc', 'partnership'];
  const BUCKET = 64;

  // How near their neighbours stand, in pixels: a third of the marks stand nearer.
  G.crowding = function (points) {
    if (points.length < 2) return Infinity;
    const near = points.map((p, i) => points.reduce((least, q, j) => (i === j ? least : Math.min(least, (p.x - q.x) ** 2 + (p.y - q.y) ** 2)), Infinity));
    return Math.sqrt(near.sort((a, b) => a - b)[Math.floor(near.length / 3)]);
  };

  G.markScale = (gap, state) => Math.max(LEAST[state] || SMALLEST, Math.min(1, gap / FULL));

  // Boxes that stand already, found by place: asking costs the same with ten of them and with a thousand.
  G.Taken = class {
    constructor() { this.buckets = new Map(); this.all = []; }
    keys(box) {
      const keys = [];
      for (let x = Math.floor(box.x0 / BUCKET); x <= Math.floor(box.x1 / BUCKET); x++) {
        for (let y = Math.floor(box.y0 / BUCKET); y <= Math.floor(box.y1 / BUCKET); y++) keys.push(`${x},${y}`);
      }
      return keys;
    }
    add(box) {
      this.all.push(box);
      this.keys(box).forEach((key) => {
        if (!this.buckets.has(key)) this.buckets.set(key, []);
        this.buckets.get(key).push(box);
      });
      return box;
    }
    near(box) { return new Set(this.keys(box).flatMap((key) => this.buckets.get(key) || [])); }
    overlap(box) { return [...this.near(box)].reduce((sum, other) => sum + G.overlap(box, other), 0); }
    free(box) { return ![...this.near(box)].some((other) => G.overlap(box, other) > 0); }
  };

  const round = (p, r) => ({ x0: p.x - r, x1: p.x + r, y0: p.y - r, y1: p.y + r, weight: 2 });
  const boxed = ([x, y], w, h) => ({ x0: x, y0: y, x1: x + w, y1: y + h, weight: 1.5 });

  // A centre's mark steps aside when it would hide villages, unless it would hide as many there.
  G.stepAside = function (at, r, villages) {
    const hidden = (p) => villages.reduce((sum, v) => sum + G.overlap(round(p, r), round(v, v.r)), 0);
    const away = r + Math.max(6, ...villages.filter((v) => Math.hypot(v.x - at.x, v.y - at.y) < r + v.r).map((v) => v.r)) + 3;
    const tries = [at];
    for (let i = 0; i < 12; i++) tries.push({ x: at.x + away * Math.cos((i * Math.PI) / 6), y: at.y + away * Math.sin((i * Math.PI) / 6) });
    const costs = tries.map((p, i) => hidden(p) + (i ? r * r * 0.35 : 0));
    return tries[costs.indexOf(Math.min(...costs))];
  };

  G.Crowd = class {
    constructor(map, found) {
      this.map = map; this.sizes = new Map();
      this.villages = found.filter((m) => m.state);
      this.centres = found.filter((m) => CENTRES.includes(m.kind));
      this.rings = found.filter((m) => m.kind === 'ring');
      this.districts = found.filter((m) => m.kind === 'state');
      this.leaders = L.layerGroup().addTo(map);
    }
    arrange() {
      const points = this.villages.filter((m) => m.node()).map((m) => ({ mark: m, ...this.point(m.marker.getLatLng()) }));
      const gap = G.crowding(points);
      this.map.getContainer().classList.toggle('crowded', points.length > MANY && gap < FULL * 0.7);
      const taken = this.covered();
      points.forEach((p) => {
        p.r = this.scale(p.mark, gap) + (p.mark.extra || 0);
        taken.add(round(p, p.r + 1));
      });
      const centres = this.placeCentres(points, taken);
      this.placeRings(taken);
      this.placeNames([...centres, ...points.sort(moreUrgent)], taken);
      this.districts.forEach((name) => G.placeName(this.map, name, taken.all));
    }
    point(latlng) {
      const { x, y } = this.map.latLngToLayerPoint(latlng);
      return { x, y };
    }
    // Sets a mark's size; answers its radius in pixels.
    scale(mark, gap) {
      const s = G.markScale(gap, mark.state) * (G.isPhone() ? 0.85 : 1);
      mark.node().firstElementChild.style.setProperty('--s', s.toFixed(2));
      return mark.radius * s;
    }
    placeCentres(points, taken) {
      this.leaders.clearLayers();
      return this.centres.map((mark) => {
        const from = this.point(mark.marker.getLatLng()), r = mark.radius * (G.isPhone() ? 0.78 : 1);
        const at = G.stepAside(from, r, points);
        mark.node().firstElementChild.style.transform = `translate(${(at.x - from.x).toFixed(1)}px, ${(at.y - from.y).toFixed(1)}px)`;
        G.leader(this.map, from, at, this.leaders);
        taken.add(round(at, r + 1));
        if (at !== from) taken.add(round(from, 4));
        return { mark, ...at, r, must: true };
      });
    }
    // A ring's distance stands where its ring is free and in sight; else it is left out.
    placeRings(taken) {
      this.rings.forEach(({ marker, km, around: [lat, lon], node }) => {
        const label = node() && node().firstElementChild;
        if (!label) return;
        const w = label.offsetWidth, h = label.offsetHeight;
        const spots = Array.from({ length: 36 }, (_, i) => (105 + i * 10) * (Math.PI / 180)).map((turn) =>
          L.latLng(lat + (km * Math.cos(turn)) / 110.57, lon + (km * Math.sin(turn)) / (111.32 * Math.cos((lat * Math.PI) / 180))));
        const boxAt = (spot) => { const { x, y } = this.point(spot); return boxed([x - w / 2, y - h / 2], w, h); };
        const spot = spots.find((one) => this.seen(boxAt(one)) && taken.free(boxAt(one)));
        label.classList.toggle('untold', !spot);
        if (!spot) return;
        marker.setLatLng(spot);
        taken.add(boxAt(spot));
      });
    }
    // What panels and buttons cover of the map.
    covered() {
      const taken = new G.Taken(), frame = this.map.getContainer().getBoundingClientRect();
      const { x, y } = this.map.containerPointToLayerPoint([0, 0]), size = this.map.getSize();
      this.view = { x0: x, x1: x + size.x, y0: y, y1: y + size.y };
      document.querySelectorAll('.stage .panel, .stage .leaflet-control, .sheet-open').forEach((node) => {
        const box = node.getBoundingClientRect(), dx = x - frame.left, dy = y - frame.top;
        if (box.width) taken.add({ x0: box.left + dx, x1: box.right + dx, y0: box.top + dy, y1: box.bottom + dy, weight: 1 });
      });
      return taken;
    }
    seen(box) { return box.x0 >= this.view.x0 && box.x1 <= this.view.x1 && box.y0 >= this.view.y0 && box.y1 <= this.view.y1; }
    placeNames(wanted, taken) {
      for (const p of wanted) {
        const label = p.mark.node().querySelector('.label'), size = this.size(p.mark, label);
        if (!size) continue;
        const [w, h] = size, options = G.candidates(p.x, p.y, p.r, w, h);
        if (p.mark.side === 'below') options.unshift(options[2]);
        if (p.must || p.mark.state === 'broken') options.push(...further(p, w, h));
        const inView = options.filter((option) => this.seen(boxed(option, w, h)));
        const choice = inView.length ? inView : options;
        const free = choice.map((option) => boxed(option, w, h)).find((box) => taken.free(box));
        const least = free ? null : G.place(choice, w, h, taken.all);
        const untold = !free && !mustStand(p, least.cost / (w * h));
        const place = free || least.box;
        label.classList.toggle('untold', untold);
        const from = this.point(p.mark.marker.getLatLng()), at = p.must ? p : from;
        label.style.transform = `translate(${(place.x0 - at.x).toFixed(1)}px, ${(place.y0 - 2 - at.y).toFixed(1)}px)`;
        if (!untold) taken.add({ ...place, x0: place.x0 - 2, x1: place.x1 + 3 });
      }
    }
    // A label is measured once for each of its looks: reading sizes between writes is what would be slow.
    size(mark, label) {
      const key = [mark.slug, mark.name, this.map.getContainer().classList.contains('crowded'), Boolean(mark.extra)].join(' ');
      if (!this.sizes.has(key)) this.sizes.set(key, [label.offsetWidth, label.offsetHeight - 4]);
      const size = this.sizes.get(key);
      return size[0] ? size : null; // phones leave some names out
    }
    forgetSizes() { this.sizes.clear(); }
  };

  // More places all around and farther out, for names that should stand if they can.
  function further(p, w, h) {
    return [3, 11, 22].flatMap((away) => Array.from({ length: 16 }, (_, i) => {
      const g = p.r + away, x = p.x + Math.cos((i * Math.PI) / 8) * (g + w / 2), y = p.y + Math.sin((i * Math.PI) / 8) * (g + h / 2);
      return [x - w / 2, y - h / 2];
    }));
  }

  // What is said even where there is no room: the centre, what was chosen, and what is broken if little is covered.
  const mustStand = (p, covered) => p.must || p.mark.extra || (p.mark.state === 'broken' && covered < 0.3);

  function moreUrgent(a, b) {
    const rank = ({ mark }) => (mark.extra ? -1 : URGENT[mark.state] ?? 3);
    return rank(a) - rank(b) || a.mark.km - b.mark.km;
  }
})(window.GramReach);

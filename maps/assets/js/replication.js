'use strict';
// Where a cluster's technologies run outside their own state: tapered flows, rings with the active share.
(function (G) {
  const BEND = -0.14; // all flows swing to the same side
  const width = (villages) => 2.2 + 1.15 * Math.sqrt(villages);

  // A tapered arrow along a bent line, in pixels: thin at its start, `w` wide before its head.
  G.arrow = function (from, to, w, bend, gaps) {
    const dx = to.x - from.x, dy = to.y - from.y, far = Math.hypot(dx, dy) || 1;
    const mid = { x: (from.x + to.x) / 2 - dy * bend, y: (from.y + to.y) / 2 + dx * bend };
    const at = (t) => ({
      x: (1 - t) ** 2 * from.x + 2 * t * (1 - t) * mid.x + t * t * to.x, y: (1 - t) ** 2 * from.y + 2 * t * (1 - t) * mid.y + t * t * to.y,
    });
    const t0 = Math.min(gaps[0] / far, 0.3), t1 = 1 - Math.min(gaps[1] / far, 0.45);
    const head = Math.min((5 + w * 1.1) / far, (t1 - t0) * 0.6);
    const left = [], right = [];
    const n = 24;
    for (let i = 0; i <= n; i++) {
      const t = t0 + ((t1 - head - t0) * i) / n, p = at(t), q = at(t + 0.01);
      const length = Math.hypot(q.x - p.x, q.y - p.y) || 1, nx = -(q.y - p.y) / length, ny = (q.x - p.x) / length;
      const half = (w * (0.25 + (0.75 * i) / n)) / 2;
      left.push([p.x + nx * half, p.y + ny * half]);
      right.push([p.x - nx * half, p.y - ny * half]);
      if (i === n) {
        const barb = half + 2.2 + w * 0.22, tip = at(t1);
        left.push([p.x + nx * barb, p.y + ny * barb], [tip.x, tip.y]);
        right.push([p.x - nx * barb, p.y - ny * barb]);
      }
    }
    return [...left, ...right.reverse()];
  };

  G.Replication = class {
    constructor(map, data) {
      this.map = map; this.data = data; this.now = G.taken(data.now, { header: '.head', left: '.left', right: '.right' }); this.state = new G.State(data);
      this.flows = L.layerGroup().addTo(map);
      this.grounds = L.layerGroup().addTo(map);
      this.dock = new G.Dock(document.querySelector('.slot'), data.kit, () => this.state.set('open', ''));
    }
    start() {
      const { map, data } = this;
      G.attribution(map, data.attribution);
      G.sheet();
      this.gather();
      G.keepFitted(map, () => G.fitIndia(map), this.state);
      G.zoomClass(map);
      map.on('zoomend', () => this.arrange());
      this.bindClusters();
      document.fonts.ready.then(() => this.arrange());
      this.arrange();
      return G.basemap('national').then((base) => {
        this.base = base;
        base.draw(map);
        G.tiles(map);
        this.ground();
        this.bar = G.monthBar(data, this.state, (found) => this.apply(found));
        const open = this.marks.find((m) => m.slug === this.state.get('open'));
        if (open) this.open(open);
        document.body.dataset.ready = 'yes';
      });
    }
    gather() {
      const found = G.marks(this.map);
      this.names = found.filter((m) => m.kind === 'state');
      this.marks = found.filter((m) => m.kind !== 'state');
      this.marks.forEach((m) => G.onChoose(m, (one) => this.open(one)));
    }
    ground() {
      this.grounds.clearLayers();
      this.tint(this.data.own, 0.24);
      this.now.flows.forEach((flow) => this.tint(flow.state, 0.09));
      this.dots();
    }
    // Another month in the place of this one: header, panels, flows.
    apply(found) {
      const open = this.state.get('open');
      this.now = found;
      G.putHeader(found.header);
      document.querySelector('.left').innerHTML = found.left;
      document.querySelector('.right').innerHTML = found.right;
      this.dock.slot = document.querySelector('.slot');
      document.body.classList.remove('with-card');
      this.marks.filter((m) => m.kind === 'never').forEach((m) => m.marker.remove());
      found.flows.forEach((flow) => G.putMark(this.map, { at: [flow.lat, flow.lon], html: flow.html, options: flow.options }, 'rsvc'));
      this.gather();
      this.ground();
      this.arrange();
      this.radios();
      const again = this.marks.find((m) => m.slug === open);
      if (again) this.open(again);
    }
    // A file holds one cluster; only live pages can fetch the others.
    bindClusters() {
      this.radios();
      document.querySelector('.left').addEventListener('change', ({ target }) => {
        if (target.name !== 'cluster') return;
        const url = new URL(location.href);
        url.searchParams.set('cluster', target.value);
        url.searchParams.delete('open');
        location.assign(url);
      });
    }
    radios() {
      document.querySelectorAll('.layers input[name=cluster]').forEach((radio) => {
        radio.disabled = !document.body.dataset.live && !radio.checked;
      });
    }
    tint(slug, opacity) {
      const state = this.base.raw.states[slug];
      if (!state) return;
      L.polygon(this.base.polygons(state.polygons), { pane: 'tints', renderer: G.renderer('tints'), interactive: false, noClip: true,
        stroke: false, fillColor: this.data.colour, fillOpacity: opacity }).addTo(this.grounds);
    }
    dots() {
      const look = { pane: 'catchment', renderer: G.renderer('catchment'), interactive: false, radius: 2, stroke: false, fillColor: this.data.colour, fillOpacity: 0.5 };
      this.now.flows.forEach((flow) => flow.points.forEach((point) => L.circleMarker(point, look).addTo(this.grounds)));
    }
    arrange() {
      const from = this.map.latLngToLayerPoint(this.data.from);
      G.arrange(this.map, this.marks, null, this.names, false, this.obstacles(from));
      this.flows.clearLayers();
      [...this.now.flows].reverse().forEach((flow) => {
        const to = this.map.latLngToLayerPoint([flow.lat, flow.lon]);
        const scale = G.isPhone() ? 0.72 : 1;
        const shape = G.arrow(from, to, width(flow.reached) * scale, BEND, [19 * scale, 16 * scale]).map((p) => this.map.layerPointToLatLng(p));
        const look = { pane: 'flows', renderer: G.renderer('flows'), smoothFactor: 0, noClip: true, lineJoin: 'round' };
        L.polygon(shape, { ...look, interactive: false, color: '#fff', weight: 5.2, fill: false, opacity: 0.95 }).addTo(this.flows);
        L.polygon(shape, { ...look, stroke: false, fillColor: this.data.colour, fillOpacity: 0.96 })
          .on('click', () => this.open(this.marks.find((m) => m.slug === flow.state))).addTo(this.flows);
      });
    }
    // Labels keep off the flows.
    obstacles(from) {
      return this.now.flows.flatMap((flow) => {
        const ring = G.arrow(from, this.map.latLngToLayerPoint([flow.lat, flow.lon]), 4, BEND, [19, 18]).slice(0, 25);
        return ring.map(([x, y]) => ({ x0: x - 3, x1: x + 3, y0: y - 3, y1: y + 3, weight: 4 }));
      });
    }
    open(mark) {
      this.state.set('open', mark.slug);
      this.dock.open(this.now.cards[mark.slug], mark.node().querySelector('.sym').innerHTML, mark.node());
    }
  };
  G.replication = (map, data) => { const view = new G.Replication(map, data); G.view = view; return view.start(); };
})(window.GramReach);

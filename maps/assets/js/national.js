'use strict';
// The national map: layers, months, cells, cards.
(function (G) {
  const el = G.el;
  const byId = (id) => document.getElementById(id);

  const range = (from, to) => (from === to ? String(from) : `${from}–${to}`);
  const KM2 = { 3: '12,390', 4: '1,770', 5: '253', 6: '36' }; // mean area of an H3 cell

  G.National = class {
    constructor(map, data) {
      this.map = map; this.data = data;
      this.month = data.months.length - 1;
      this.all = data.sources.reduce((sum, _, i) => sum | (1 << i), 0);
      this.chosen = this.all;
      this.leaders = L.layerGroup().addTo(map);
      this.dock = new G.Dock(document.querySelector('.slot'), data.kit);
      const choose = (seen, level) => this.openCell(seen, level);
      this.layers = { fine: new G.CellLayer(map, 'fine', choose), coarse: new G.CellLayer(map, 'coarse', choose) };
    }
    start() {
      const map = this.map;
      G.attribution(map, this.data.attribution);
      G.sheet();
      const found = G.marks(map);
      this.marks = found.filter((m) => m.kind !== 'state');
      this.names = found.filter((m) => m.kind === 'state');
      this.marks.forEach((m) => G.onChoose(m, (mark) => this.openMark(mark)));
      G.keepFitted(map, () => G.fitIndia(map));
      G.zoomClass(map);
      this.bindLayers();
      this.months = new G.Months(document.querySelector('.months'), this.data.months.length, (m) => { this.month = m; this.update(); });
      map.on('zoomend', () => { this.cells(); this.arrange(); });
      map.on('moveend', () => { if (this.live()) this.fetchCells(); });
      document.fonts.ready.then(() => this.arrange());
      this.update();
      this.arrange();
      return G.basemap('national').then((base) => { this.base = base; base.draw(map); document.body.dataset.ready = 'yes'; });
    }
    live() { return document.body.dataset.cells || ''; }
    level() { return this.map.getZoom() < 4.35 ? 'coarse' : 'fine'; }

    bindLayers() {
      document.querySelectorAll('.layers input[data-bit]').forEach((box) => {
        box.addEventListener('change', () => {
          const bit = 1 << Number(box.dataset.bit);
          this.chosen = box.checked ? this.chosen | bit : this.chosen & ~bit;
          this.showMarks(box);
          this.update();
          this.arrange();
        });
      });
      const tint = byId('tint');
      if (tint) tint.addEventListener('change', () => this.showTint(tint.checked));
    }
    showMarks(box) {
      this.marks.filter((m) => m.bit === Number(box.dataset.bit)).forEach((m) => {
        if (box.checked) { m.marker.addTo(this.map); G.onChoose(m, (mark) => this.openMark(mark)); } else m.marker.remove();
      });
    }
    arrange() { G.arrange(this.map, this.marks, this.leaders, this.names, true); }

    count(kind, chosen) {
      return G.distinct(this.data.totals[kind], chosen, (counts) => counts[this.month]);
    }
    update() {
      this.cells();
      if (this.live()) this.fetchCells();
      const reached = this.count('reached', this.chosen), active = this.count('active', this.chosen);
      this.head(reached, active);
      this.layerCounts();
      const month = this.data.months[this.month];
      byId('month').textContent = month.label;
      byId('so-far').textContent = `${G.number(reached)} villages reached so far`;
      this.months && this.months.slider.setAttribute('aria-valuetext', `${month.label}, ${G.number(reached)} villages reached`);
    }
    layerCounts() {
      this.data.sources.forEach((source, i) => {
        const atEnd = this.month === this.data.months.length - 1;
        byId(`count-${i}`).textContent = G.number(atEnd ? source.villages : this.count('reached', 1 << i));
      });
    }
    head(reached, active) {
      const month = this.data.months[this.month];
      const some = this.chosen !== this.all;
      const n = this.data.sources.filter((_, i) => this.chosen & (1 << i)).length;
      byId('title').textContent = some ? `${G.number(reached)} villages reached, ${G.percent(active, reached)}% still active` : month.title;
      const chip = byId('chosen');
      chip.hidden = !some;
      chip.textContent = `${n} of ${this.data.sources.length} layers`;
      const total = this.count('reached', this.all);
      const ours = [
        { value: reached, share: total ? reached / total : 0, strong: `${G.percent(reached, total)}%`, note: `of ${G.number(total)} by all layers` },
        { value: active, share: reached ? active / reached : 0, strong: `${G.percent(active, reached)}%`, note: `of ${G.number(reached)} reached` },
      ];
      document.querySelectorAll('.figure').forEach((node, i) => {
        const figure = some && ours[i] ? ours[i] : month.figures[i];
        if (figure) this.figure(node, figure, some && !ours[i]);
      });
      const date = byId('date');
      if (date) date.textContent = month.date;
    }
    figure(node, figure, ofAll) {
      node.querySelector('.value').textContent = figure.value === null ? '–' : G.number(figure.value);
      const fill = node.querySelector('.bar i');
      if (fill) fill.style.width = `${100 * Math.min(1, figure.share || 0)}%`;
      node.classList.toggle('of-all', ofAll); // what the chosen layers alone cannot tell
      node.querySelector('.note').replaceChildren(el('b', { text: figure.strong }), ` ${figure.note}`);
    }

    cells() {
      const level = this.level();
      this.legend(level);
      if (!this.live()) {
        this.layers[level].show(this.data.cells[level], this.chosen, this.month);
        this.layers[level === 'fine' ? 'coarse' : 'fine'].hide();
      }
    }
    legend(level) {
      const steps = this.breaks(level), tinted = document.body.classList.contains('with-tint');
      const words = tinted ? ['0–19%', '20–39%', '40–59%', '60–79%', '80%+']
        : steps.map((least, i) => (i === 4 ? `${least}+` : range(least, steps[i + 1] - 1)));
      document.querySelectorAll('.ramp span').forEach((node, i) => { node.textContent = words[i]; });
      byId('legend-title').textContent = tinted ? 'Catchment villages reached, per district' : 'Villages reached, per cell';
      byId('cell-size').textContent = this.size(level);
    }
    // Close up, the server answers finer cells than a file carries.
    finer(level) { return level === 'fine' && this.fetched > 4 ? this.fetched : 0; }
    breaks(level) { return G.BREAKS[this.finer(level) || level]; }
    size(level) { return KM2[this.finer(level) || (level === 'fine' ? 4 : 3)]; }
    served(level) {
      this.fetched = level;
      this.layers.fine.breaks = G.BREAKS[level > 4 ? level : 'fine'];
      this.legend(this.level());
    }
    say(text) {
      if (!this.note && !text) return;
      this.note = this.note || document.querySelector('.stage').appendChild(el('p', { class: 'note-live', role: 'alert' }));
      this.note.textContent = text;
      this.note.hidden = !text;
    }
    fetchCells() {
      const bounds = this.map.getBounds().pad(0.1), level = this.level();
      const url = new URL(this.live(), location.href);
      url.searchParams.set('bbox', [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((v) => v.toFixed(3)).join(','));
      url.searchParams.set('zoom', this.map.getZoom().toFixed(2));
      if (this.month < this.data.months.length - 1) url.searchParams.set('as_of', this.data.months[this.month].end);
      if (this.chosen !== this.all) {
        url.searchParams.set('sources', this.data.sources.filter((_, i) => this.chosen & (1 << i)).map((s) => s.slug).join(','));
      }
      if (url.href === this.asked) return; // drawn, or under way: resizing and fitting move the map more than once
      this.asked = url.href;
      if (this.asking) this.asking.abort();
      this.asking = new AbortController();
      fetch(url, { signal: this.asking.signal, headers: { accept: 'application/geo+json, application/json' } })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
        .then((found) => {
          this.say('');
          this.served(found.level);
          this.layers[level].replace(found);
          this.layers[level === 'fine' ? 'coarse' : 'fine'].hide();
        })
        .catch((error) => {
          if (error.name === 'AbortError') return;
          this.asked = '';
          this.say('The cells could not be fetched. Check the network, then reload.');
        });
    }

    openMark(mark) { this.dock.open(this.data.cards[mark.slug], this.symbol(mark), mark.node()); }
    symbol(mark) { return mark.node().querySelector('.sym').innerHTML; }
    openCell(seen, level) {
      const white = !seen.reached;
      const km2 = this.size(level);
      const rows = white ? [{ label: 'In catchments', strong: G.number(seen.catchment), note: 'villages, none reached' }] : [
        { label: 'Reached', strong: G.number(seen.reached), note: `villages, ${this.data.months[this.month].label}` },
        { label: 'Still active', strong: `${G.number(seen.active)} of ${G.number(seen.reached)}`, note: `reached, ${G.percent(seen.active, seen.reached)}%` },
        { label: 'In catchments', strong: G.number(seen.catchment), note: 'villages of this cell' }];
      this.dock.open({ heading: white ? 'White spot' : 'Villages of one cell', sub: `A cell of about ${km2} km²`, problem: '',
        conditions: [], rows, series: null, last: '', link: '', link_text: '' }, this.data.hexagon, null);
    }

    showTint(on) {
      if (this.tint) this.tint.remove();
      document.body.classList.toggle('with-tint', on);
      this.legend(this.level());
      if (!on) return;
      const shapes = Object.entries(this.data.districts).filter(([slug, d]) => d[2] && this.base.raw.districts[slug]).map(([slug, d]) => {
        const { name, polygons } = this.base.raw.districts[slug];
        const share = d[3] / d[2];
        const shape = L.polygon(this.base.polygons(polygons), { pane: 'tints', renderer: G.renderer('tints'), noClip: true, stroke: false,
          fillColor: G.RAMP[Math.min(4, Math.floor(share * 5))], fillOpacity: 1 });
        return shape.on('click', () => this.openDistrict(name, d));
      });
      this.tint = L.layerGroup(shapes).addTo(this.map);
    }
    openDistrict(name, [reached, active, catchment, covered]) {
      this.dock.open({ heading: name, sub: `District, ${this.data.asOf}`, problem: '', conditions: [], series: null, last: '', link: '', link_text: '', rows: [
        { label: 'Coverage', strong: `${G.number(covered)} of ${G.number(catchment)}`, note: `catchment villages, ${G.percent(covered, catchment)}%` },
        { label: 'Still active', strong: `${G.number(active)} of ${G.number(reached)}`, note: `reached, ${G.percent(active, reached)}%` }] }, this.data.hexagon, null);
    }
  };

  G.national = (map, data) => { const view = new G.National(map, data); G.view = view; return view.start(); };
})(window.GramReach);

'use strict';
// The national map: layers, months, cells, cards.
(function (G) {
  const el = G.el;
  const byId = (id) => document.getElementById(id);

  const range = (from, to) => (from === to ? String(from) : `${from}–${to}`);
  const KM2 = { 3: '12,390', 4: '1,770', 5: '253', 6: '36' }; // mean area of an H3 cell

  G.National = class {
    constructor(map, data) {
      this.map = map; this.data = data; this.now = G.taken(data.now, { gaps: '.gap-slot', tables: '.tables' }); this.state = new G.State(data);
      this.month = data.months.length - 1;
      this.all = data.sources.reduce((sum, _, i) => sum | (1 << i), 0);
      this.chosen = this.all;
      this.leaders = L.layerGroup().addTo(map);
      this.dock = new G.Dock(document.querySelector('.slot'), data.kit, () => { this.state.set('open', ''); this.shown = null; });
      const choose = (seen, level) => this.openCell(seen, level);
      this.layers = { fine: new G.CellLayer(map, 'fine', choose), coarse: new G.CellLayer(map, 'coarse', choose) };
      this.villages = new G.Villages(map, data, this.dock, this.state);
    }
    start() {
      const map = this.map, root = document.querySelector('.months');
      G.attribution(map, this.data.attribution);
      G.sheet();
      const found = G.marks(map);
      this.marks = found.filter((m) => m.kind !== 'state');
      this.names = found.filter((m) => m.kind === 'state');
      this.marks.forEach((m) => G.onChoose(m, (mark) => this.openMark(mark)));
      G.keepFitted(map, () => G.fitIndia(map), this.state);
      G.zoomClass(map);
      this.bindLayers();
      this.line = new G.Timeline(this.data, this.state, this.now, (now) => this.put(now));
      if (root) {
        this.months = new G.Months(root, this.data.months.length, (m) => { this.month = m; this.update(); this.line.show(m); });
        const first = this.line.at(this.state.get('month'));
        if (first !== this.month) this.months.go(first);
      }
      map.on('zoomend', () => { this.cells(); this.arrange(); });
      map.on('moveend', () => this.fetchView());
      document.fonts.ready.then(() => this.arrange());
      this.update();
      this.arrange();
      return G.basemap('national').then((base) => {
        this.base = base;
        base.draw(map);
        G.tiles(map);
        G.places().then((places) => { this.places = new G.Places(map, places); });
        if (this.state.get('tint')) { byId('tint').checked = true; this.showTint(true); }
        this.reopen();
        document.body.dataset.ready = 'yes';
      });
    }
    // Another month in the place of this one: what cells, title and figures (which every page carries) do not say.
    put(now) {
      this.now = now;
      document.querySelector('.gap-slot').innerHTML = now.gaps;
      document.querySelector('.tables').innerHTML = now.tables;
      if (now.figures) Object.assign(this.data.months[this.month], { title: now.title, figures: now.figures });
      this.head(this.count('reached', this.chosen), this.count('active', this.chosen));
      this.layerCounts();
      if (this.tint) this.showTint(true);
      if (this.shown) this.reopen();
    }
    reopen() {
      const [kind, name] = (this.state.get('open') || '').split('=');
      if (kind === 'mark') { const mark = this.marks.find((m) => m.slug === name); if (mark) this.openMark(mark); }
      if (kind === 'district' && this.base) this.openDistrict(name);
      if (kind === 'village') this.villages.open(name);
    }
    day() { return this.month < this.data.months.length - 1 ? this.data.months[this.month].end : ''; }
    live() { return document.body.dataset.cells || ''; }
    level() { return this.map.getZoom() < 4.35 ? 'coarse' : 'fine'; }

    bindLayers() {
      const off = this.state.list('off');
      document.querySelectorAll('.layers input[data-bit]').forEach((box) => {
        if (off.includes(this.data.sources[Number(box.dataset.bit)].slug)) {
          box.checked = false;
          this.chosen &= ~(1 << Number(box.dataset.bit));
          this.showMarks(box);
        }
        box.addEventListener('change', () => {
          const bit = 1 << Number(box.dataset.bit);
          this.chosen = box.checked ? this.chosen | bit : this.chosen & ~bit;
          this.state.set('off', this.data.sources.filter((_, i) => !(this.chosen & (1 << i))).map((source) => source.slug).join(','));
          this.showMarks(box);
          this.update();
          this.arrange();
        });
      });
      const tint = byId('tint');
      if (tint) tint.addEventListener('change', () => { this.state.set('tint', tint.checked ? '1' : ''); this.showTint(tint.checked); });
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
      this.fetchView();
      const reached = this.count('reached', this.chosen), active = this.count('active', this.chosen);
      this.head(reached, active);
      this.layerCounts();
      const month = this.data.months[this.month];
      if (this.months) this.months.say(month.label, G.t('{n} villages reached so far', { n: G.number(reached) }));
    }
    layerCounts() {
      this.data.sources.forEach((source, i) => {
        byId(`count-${i}`).textContent = G.number(this.count('reached', 1 << i));
      });
    }
    head(reached, active) {
      const month = this.data.months[this.month];
      const some = this.chosen !== this.all;
      const n = this.data.sources.filter((_, i) => this.chosen & (1 << i)).length;
      byId('title').textContent = some ? G.t('{n} villages reached, {share} still active', { n: G.number(reached), share: `${G.percent(active, reached)}%` }) : month.title;
      const chip = byId('chosen');
      chip.hidden = !some;
      chip.textContent = G.t('{n} of {all} layers', { n, all: this.data.sources.length });
      const total = this.count('reached', this.all);
      const ours = [
        { value: reached, share: total ? reached / total : 0, strong: `${G.percent(reached, total)}%`, note: G.t('of {n} by all layers', { n: G.number(total) }) },
        { value: active, share: reached ? active / reached : 0, strong: `${G.percent(active, reached)}%`, note: G.t('of {n} reached', { n: G.number(reached) }) },
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
      byId('legend-title').textContent = this.villages.shows() ? G.t('Villages by condition') : tinted ? G.t('Catchment villages reached, per district') : G.t('Villages reached, per cell');
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
    // Close up, the villages themselves; else cells of a size that suits the zoom.
    fetchView() {
      const near = this.villages.shows();
      document.body.classList.toggle('with-villages', near);
      this.legend(this.level());
      if (near) this.villages.look(this.asking_for(document.body.dataset.points || ''), this.day());
      else { this.villages.clear(); if (this.live()) this.fetchCells(); }
    }
    asking_for(address) {
      const bounds = this.map.getBounds().pad(0.1);
      const url = new URL(address, location.href);
      url.searchParams.set('bbox', [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((v) => v.toFixed(3)).join(','));
      url.searchParams.set('zoom', this.map.getZoom().toFixed(2));
      if (this.day()) url.searchParams.set('as_of', this.day());
      if (this.chosen !== this.all) {
        url.searchParams.set('sources', this.data.sources.filter((_, i) => this.chosen & (1 << i)).map((s) => s.slug).join(','));
      }
      return url;
    }
    fetchCells() {
      const level = this.level(), url = this.asking_for(this.live());
      if (url.href === this.asked) return; // drawn, or under way: resizing and fitting move the map more than once
      this.asked = url.href;
      if (this.asking) this.asking.abort();
      this.asking = new AbortController();
      fetch(url, { signal: this.asking.signal, headers: { accept: 'application/geo+json, application/json' } })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
        .then((found) => {
          G.say('');
          this.served(found.level);
          this.layers[level].replace(found);
          this.layers[level === 'fine' ? 'coarse' : 'fine'].hide();
        })
        .catch((error) => {
          if (error.name === 'AbortError') return;
          this.asked = '';
          G.say(G.t('The cells could not be fetched. Check the network, then reload.'));
        });
    }

    show(open, card, symbol, from) {
      this.state.set('open', open);
      this.shown = open;
      this.dock.open(card, symbol, from);
    }
    openMark(mark) { this.show(`mark=${mark.slug}`, this.now.cards[mark.slug], mark.node() ? mark.node().querySelector('.sym').innerHTML : '', mark.node()); }
    openCell(seen, level) {
      const white = !seen.reached;
      const listed = { label: G.t('In catchments'), strong: G.number(seen.catchment), note: white ? G.t('villages, none reached') : G.t('villages of this cell') };
      const rows = white ? [listed] : [
        { label: G.t('Reached'), strong: G.number(seen.reached), note: G.t('villages, {month}', { month: this.data.months[this.month].label }) },
        { label: G.t('Still active'), strong: G.t('{n} of {all}', { n: G.number(seen.active), all: G.number(seen.reached) }), note: G.t('reached, {share}', { share: `${G.percent(seen.active, seen.reached)}%` }) },
        listed];
      this.show('', { heading: white ? G.t('White spot') : G.t('Villages of one cell'), sub: G.t('A cell of about {size} km²', { size: this.size(level) }), problem: '',
        conditions: [], rows, series: null, last: '', link: '', link_text: '', actions: this.nearer(seen) }, this.data.hexagon, null);
    }
    // Into a cell or district, to the villages themselves.
    nearer(seen) {
      if (!seen.bounds || !this.villages.can()) return [];
      return [{ text: G.t('See its villages'), act: () => {
        this.map.byHand = true;
        this.map.fitBounds(seen.bounds, { maxZoom: 13 });
        if (!this.villages.shows()) this.map.setZoom(G.VILLAGES_FROM);
      } }];
    }

    showTint(on) {
      if (this.tint) this.tint.remove();
      this.tint = null;
      document.body.classList.toggle('with-tint', on);
      this.legend(this.level());
      if (!on) return;
      const shapes = Object.entries(this.now.districts).filter(([slug, d]) => d[2] && this.base.raw.districts[slug]).map(([slug, d]) => {
        const share = d[3] / d[2];
        const shape = L.polygon(this.base.polygons(this.base.raw.districts[slug].polygons), { pane: 'tints', renderer: G.renderer('tints'), noClip: true, stroke: false,
          fillColor: G.RAMP[Math.min(4, Math.floor(share * 5))], fillOpacity: 1 });
        return shape.on('click', () => this.openDistrict(slug));
      });
      this.tint = L.layerGroup(shapes).addTo(this.map);
    }
    openDistrict(slug) {
      const district = this.base.raw.districts[slug];
      if (!district) return;
      const [reached, active, catchment, covered] = this.now.districts[slug] || [0, 0, 0, 0];
      const rows = [];
      if (catchment) rows.push({ label: G.t('Coverage'), strong: G.t('{n} of {all}', { n: G.number(covered), all: G.number(catchment) }), note: G.t('catchment villages, {share}', { share: `${G.percent(covered, catchment)}%` }) });
      rows.push({ label: G.t('Still active'), strong: G.t('{n} of {all}', { n: G.number(active), all: G.number(reached) }), note: reached ? G.t('reached, {share}', { share: `${G.percent(active, reached)}%` }) : G.t('reached') });
      const bounds = L.polygon(this.base.polygons(district.polygons)).getBounds(), live = document.body.dataset.live;
      this.show(`district=${slug}`, { heading: G.t(district.name), sub: G.t('District, {date}', { date: this.now.date }), problem: '', conditions: [], series: null, last: '',
        link: live ? `/reports?district=${slug}` : '', link_text: G.t('Its reports'), rows, actions: this.nearer({ bounds }) }, this.data.hexagon, null);
    }
  };

  G.national = (map, data) => { const view = new G.National(map, data); G.view = view; return view.start(); };
})(window.GramReach);

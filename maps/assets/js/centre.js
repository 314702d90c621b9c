'use strict';
// One centre: its villages by condition, whom to visit next, cards of villages, month by month.
(function (G) {
  G.Centre = class {
    constructor(map, data) {
      this.map = map; this.data = data; this.now = G.taken(data.now, { header: '.head', left: '.left', strip: '.strip-slot' }); this.state = new G.State(data);
      this.hidden = new Set(this.state.list('off'));
      this.dock = new G.Dock(document.querySelector('.slot'), data.kit, () => this.mark(null));
    }
    start() {
      const { map, data } = this;
      G.attribution(map, data.attribution);
      L.control.scale({ imperial: false }).addTo(map);
      G.sheet();
      const base = new G.Basemap(data.base);
      base.draw(map);
      G.tiles(map);
      this.home();
      this.gather();
      this.ownMonth();
      G.keepFitted(map, () => this.fit(), this.state);
      map.setMinZoom(Math.min(map.getZoom(), map.getBoundsZoom(data.bounds)) - 0.8).setMaxBounds(L.latLngBounds(data.box).pad(0.05));
      map.on('moveend', () => this.arrange());
      this.bindPanels();
      document.fonts.ready.then(() => { this.crowd.forgetSizes(); this.arrange(); });
      map.on('resize', () => this.crowd.forgetSizes());
      this.layers();
      this.bar = G.monthBar(data, this.state, (found) => this.apply(found));
      const first = this.marks.find((m) => m.slug === (this.state.get('open') || data.first));
      if (first && this.state.get('open') !== 'none') this.open(first, null, true);
      this.arrange();
      document.body.dataset.ready = 'yes';
    }
    // What Folium put on the map for the page's own month, to be put again after another.
    ownMonth() {
      const outlines = [];
      this.map.eachLayer((layer) => {
        if (layer.options && layer.options.pane === 'catchment' && layer instanceof L.Polygon) outlines.push(layer.getLatLngs());
      });
      this.now.outlines = outlines;
      this.now.marks = this.crowd.villages.map((m) => {
        const { icon, pane, ...options } = m.marker.options;
        return { at: m.marker.getLatLng(), html: icon.options.html, options };
      });
    }
    gather() {
      if (this.crowd) this.crowd.leaders.remove();
      this.crowd = new G.Crowd(this.map, G.marks(this.map));
      this.marks = [...this.crowd.villages, ...this.crowd.centres];
      this.marks.forEach((m) => this.bind(m));
    }
    // Panels are put anew with each month, so the container listens.
    bindPanels() {
      const left = document.querySelector('.left');
      left.addEventListener('change', ({ target }) => {
        if (target.dataset.condition) this.toggle(target.dataset.condition, target.checked);
      });
      left.addEventListener('click', (event) => {
        const button = event.target.closest('.next button');
        if (button) this.open(this.marks.find((m) => m.slug === button.dataset.slug), button);
      });
    }
    home() {
      document.querySelector('.home').replaceChildren(G.cardNode(this.now.home, this.data.homeSymbol, this.data.kit));
    }
    // Another month in the place of this one: header, panels, villages, catchment, cards.
    apply(found) {
      const open = this.chosen;
      this.now = found;
      G.putHeader(found.header);
      document.querySelector('.left').innerHTML = found.left;
      document.querySelector('.strip-slot').innerHTML = found.strip;
      this.home();
      this.map.eachLayer((layer) => {
        const { pane, state, slug } = layer.options || {};
        if ((slug && state) || (pane === 'catchment' && layer instanceof L.Polygon)) layer.remove();
      });
      found.outlines.forEach((outline) => L.polygon(outline, { pane: 'catchment', renderer: G.renderer('catchment'), interactive: false,
        color: '#00564B', weight: 2.2, fillColor: '#B9D2CC', fillOpacity: 0.8 }).addTo(this.map).bringToBack());
      found.marks.forEach((mark) => G.putMark(this.map, mark, 'villages'));
      this.gather();
      this.layers();
      const again = open && this.marks.find((m) => m.slug === open);
      if (again) this.open(again, null, true); else this.dock.close();
      this.arrange();
    }
    fit() {
      const wide = !G.isPhone();
      this.map.fitBounds(wide ? this.data.bounds : this.data.tight, { animate: false,
        paddingTopLeft: wide ? [276, 18] : [16, 16], paddingBottomRight: wide ? [312, 36] : [16, 30] });
    }
    bind(mark) {
      G.onChoose(mark, (one) => this.open(one, one.node()));
      if (!mark.state) return;
      mark.node().addEventListener('focus', () => this.raise(mark, true));
      mark.node().addEventListener('blur', () => this.raise(mark, false));
    }
    // The mark one has chosen or reached by keyboard lies on top, and so does its name.
    raise(mark, up) { mark.marker.setZIndexOffset(up || mark.extra ? mark.riseOffset : mark.zIndexOffset); }
    open(mark, from, unasked) {
      if (!mark || mark.slug === this.data.centre) { this.dock.close(); return; }
      this.mark(mark);
      if (!unasked) this.state.set('open', mark.slug);
      this.dock.open(this.now.cards[mark.slug], mark.node() ? mark.node().querySelector('.sym').innerHTML : '', from);
      if (!this.map.getBounds().contains(mark.marker.getLatLng())) this.map.panTo(mark.marker.getLatLng());
    }
    mark(chosen) {
      this.chosen = chosen ? chosen.slug : '';
      if (!chosen) this.state.set('open', 'none');
      this.marks.forEach((m) => {
        m.extra = m === chosen ? 7 : 0; // room for the ring
        if (!m.node()) return;
        m.node().classList.toggle('chosen', m === chosen);
        if (m.state) this.raise(m, false);
      });
      this.arrange();
    }
    toggle(condition, on) {
      if (on) this.hidden.delete(condition); else this.hidden.add(condition);
      this.state.set('off', [...this.hidden].join(','));
      this.layers();
      this.arrange();
    }
    layers() {
      document.querySelectorAll('.layers input[data-condition]').forEach((box) => { box.checked = !this.hidden.has(box.dataset.condition); });
      this.marks.filter((m) => m.condition).forEach((m) => {
        const on = !this.hidden.has(m.condition);
        if (on === this.map.hasLayer(m.marker)) return;
        if (on) { m.marker.addTo(this.map); this.bind(m); } else m.marker.remove();
      });
    }
    arrange() { this.crowd.arrange(); }
  };
  G.centre = (map, data) => { const view = new G.Centre(map, data); G.view = view; return view.start(); };
})(window.GramReach);

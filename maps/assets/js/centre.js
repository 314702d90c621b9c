'use strict';
// One centre: its villages by condition, whom to visit next, cards of villages.
(function (G) {
  G.Centre = class {
    constructor(map, data) {
      this.map = map; this.data = data; this.hidden = new Set();
      this.dock = new G.Dock(document.querySelector('.slot'), data.kit, () => this.mark(null));
    }
    start() {
      const { map, data } = this;
      G.attribution(map, data.attribution);
      L.control.scale({ imperial: false }).addTo(map);
      G.sheet();
      const base = new G.Basemap(data.base);
      base.draw(map);
      this.home();
      this.crowd = new G.Crowd(map, G.marks(map));
      this.marks = [...this.crowd.villages, ...this.crowd.centres];
      this.marks.forEach((m) => this.bind(m));
      G.keepFitted(map, () => this.fit());
      map.setMinZoom(map.getZoom() - 0.8).setMaxBounds(L.latLngBounds(data.box).pad(0.05));
      map.on('moveend', () => this.arrange());
      document.querySelectorAll('.layers input[data-condition]').forEach((box) => {
        box.addEventListener('change', () => this.toggle(box.dataset.condition, box.checked));
      });
      document.querySelectorAll('.next button').forEach((button) => {
        button.addEventListener('click', () => this.open(this.marks.find((m) => m.slug === button.dataset.slug), button));
      });
      document.fonts.ready.then(() => { this.crowd.forgetSizes(); this.arrange(); });
      map.on('resize', () => this.crowd.forgetSizes());
      this.arrange();
      const first = this.marks.find((m) => m.slug === data.first);
      if (first) this.open(first, null);
      document.body.dataset.ready = 'yes';
    }
    home() {
      const slot = document.querySelector('.home');
      slot.replaceChildren(G.cardNode(this.data.home, this.data.homeSymbol, this.data.kit));
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
    open(mark, from) {
      if (!mark || mark.slug === this.data.centre) { this.dock.close(); return; }
      this.mark(mark);
      this.dock.open(this.data.cards[mark.slug], mark.node() ? mark.node().querySelector('.sym').innerHTML : '', from);
      if (!this.map.getBounds().contains(mark.marker.getLatLng())) this.map.panTo(mark.marker.getLatLng());
    }
    mark(chosen) {
      this.marks.forEach((m) => {
        m.extra = m === chosen ? 7 : 0; // room for the ring
        if (!m.node()) return;
        m.node().classList.toggle('chosen', m === chosen);
        if (m.state) this.raise(m, false);
      });
      this.arrange();
    }
    toggle(condition, on) {
      this.marks.filter((m) => m.condition === condition).forEach((m) => {
        if (on) { m.marker.addTo(this.map); this.bind(m); } else m.marker.remove();
      });
      this.arrange();
    }
    arrange() { this.crowd.arrange(); }
  };
  G.centre = (map, data) => { const view = new G.Centre(map, data); G.view = view; return view.start(); };
})(window.GramReach);

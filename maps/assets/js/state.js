'use strict';
// What one looks at, besides the filters, is in the address too: month, layers, place, open card. Files carry theirs.
(function (G) {
  const NAMES = ['month', 'off', 'at', 'open', 'tint'];

  G.t = (text, values) => {
    const words = (G.words || {})[text] || text;
    return words.replace(/\{(\w+)\}/g, (_, name) => (values && name in values ? values[name] : ''));
  };

  G.State = class {
    constructor(data) {
      this.live = Boolean(document.body.dataset.live);
      const query = new URLSearchParams(this.live ? location.search : data.start || '');
      this.values = Object.fromEntries(NAMES.map((name) => [name, query.get(name) || '']));
      this.links();
    }
    get(name) { return this.values[name]; }
    list(name) { return this.values[name] ? this.values[name].split(',') : []; }
    set(name, value) {
      if (this.values[name] === value) return;
      this.values[name] = value;
      if (!this.live) return;
      history.replaceState(null, '', this.written(location.href));
      this.links();
    }
    written(href) {
      const url = new URL(href, location.href);
      NAMES.forEach((name) => url.searchParams.delete(name)); // always in the same order
      NAMES.filter((name) => this.values[name]).forEach((name) => url.searchParams.set(name, this.values[name]));
      return url.href.replaceAll('%2C', ',').replaceAll('%3A', ':');
    }
    // Links that save or draw exactly this view.
    links() {
      document.querySelectorAll('a[data-exact]').forEach((link) => { link.href = this.written(link.href); });
    }
    // The part of the map that is looked at: followed from now on, and taken up where the address names one.
    follow(map) {
      const at = this.values.at.split(',').map(Number);
      const named = at.length === 3 && at.every(Number.isFinite);
      if (named) map.setView([at[0], at[1]], at[2], { animate: false });
      this.placed = named;
      map.on('moveend', () => {
        if (!map.byHand) return;
        const { lat, lng } = map.getCenter();
        this.set('at', [lat.toFixed(4), lng.toFixed(4), map.getZoom().toFixed(2)].join(','));
      });
    }
  };

  // The page's own month: what its HTML shows stands nowhere else.
  G.taken = (now, places) => {
    Object.entries(places).forEach(([name, selector]) => {
      const node = document.querySelector(selector);
      now[name] = name === 'header' ? node.outerHTML : node.innerHTML;
    });
    return now;
  };

  // Months: what earlier ones say is carried by a file, and fetched by a live page. The last one is the page itself.
  G.Timeline = class {
    constructor(data, state, first, apply) {
      this.data = data; this.state = state; this.apply = apply;
      this.last = data.months.length - 1;
      this.kept = new Map([[this.last, first]]);
      this.url = document.body.dataset.moments;
      this.month = this.last;
    }
    at(name) {
      const found = this.data.months.findIndex((month) => month.key === name);
      return found < 0 ? this.last : found;
    }
    // `first`: nothing is shown yet, so the page's own month needs no applying.
    show(month) {
      this.month = month;
      this.state.set('month', month === this.last ? '' : this.data.months[month].key);
      const carried = this.kept.get(month) || (this.data.moments || {})[month];
      if (this.asking) this.asking.abort();
      document.body.removeAttribute('aria-busy');
      if (carried) { G.say(''); this.apply(carried, month); return; }
      if (!this.url) return;
      document.body.setAttribute('aria-busy', 'true');
      this.asking = new AbortController();
      fetch(`${this.url}&month=${this.data.months[month].key}`, { signal: this.asking.signal, headers: { accept: 'application/json' } })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
        .then((found) => {
          this.kept.set(month, found);
          document.body.removeAttribute('aria-busy');
          G.say('');
          if (this.month === month) this.apply(found, month);
        })
        .catch((error) => {
          if (error.name === 'AbortError') return;
          document.body.removeAttribute('aria-busy');
          G.say(G.t('This month could not be fetched. Check the network, then move the slider again.'));
        });
    }
  };

  // An outside tile server, if the settings name one. Its boundaries are not ours: ours are drawn over it, and it is said.
  G.tiles = function (map) {
    const url = document.body.dataset.tiles;
    if (!url) return;
    L.tileLayer(url, { pane: 'land', maxZoom: 18, attribution: document.body.dataset.tilesBy || '' }).addTo(map);
    map.getContainer().classList.add('with-tiles');
    map.attributionControl.addAttribution(G.t('Background from outside: its boundaries may differ from the official ones drawn here'));
  };

  G.say = function (text) {
    let note = document.querySelector('.note-live');
    if (!note && !text) return;
    note = note || document.querySelector('.stage').appendChild(G.el('p', { class: 'note-live', role: 'alert' }));
    note.textContent = text;
    note.hidden = !text;
  };
})(window.GramReach);

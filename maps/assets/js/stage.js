'use strict';
// What every map has: small DOM tools, the base map, panes' renderers, panels and the sheet on phones.
window.GramReach = window.GramReach || {};
(function (G) {
  const COLOURS = { land: '#F3F1EC', india: '#FCFBF8', district: '#D6D0C2', state: '#A39C8E', external: '#6B655A' };
  const KINDS = ['external', 'state', 'district', 'island'];
  const INDIA = [[6.9, 68.2], [37.1, 97.4]];
  const OVERSEAS = ['andaman-and-nicobar-islands', 'lakshadweep'];

  G.number = (n) => Number(n).toLocaleString('en-IN');
  G.percent = (part, whole) => (whole ? Math.round((100 * part) / whole) : 0);
  G.isPhone = () => window.matchMedia('(max-width: 760px)').matches;
  G.calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

  // Text always goes in as text: names come from people.
  G.el = function (tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === 'text') node.textContent = value;
      else if (key === 'svg') node.innerHTML = value; // symbols made by symbols.py, never names
      else node.setAttribute(key, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };

  G.renderer = (pane) => (G.renderers[pane] = G.renderers[pane] || L.svg({ pane, padding: 0.6 }));
  G.renderers = {};

  function unpack(packed, scale) {
    let x = 0, y = 0;
    const points = [];
    for (let i = 0; i < packed.length; i += 2) points.push([(y += packed[i + 1]) / scale, (x += packed[i]) / scale]);
    return points;
  }

  function unpackArcs(raw) {
    return raw.arcs.map((arc) => {
      let x = 0, y = 0;
      const points = [];
      for (let i = 0; i < arc.length; i += 2) points.push([(y += arc[i + 1]) / 1000, (x += arc[i]) / 1000]);
      return points;
    });
  }

  // A base map: arcs stored once, rings as arc numbers (~n: backwards).
  G.Basemap = class {
    constructor(raw) {
      this.raw = raw;
      this.arcs = unpackArcs(raw);
    }
    ring(numbers) {
      return numbers.flatMap((n) => (n >= 0 ? this.arcs[n] : [...this.arcs[~n]].reverse()).slice(1));
    }
    polygons(shape) {
      return shape.map((polygon) => polygon.map((ring) => this.ring(ring)));
    }
    lines(kind) {
      return this.arcs.filter((_, i) => this.raw.kinds[i] === kind);
    }
    draw(map) {
      const land = { pane: 'land', renderer: G.renderer('land'), interactive: false, noClip: true };
      if (this.raw.land.length) {
        L.polygon(this.raw.land.map((ring) => [unpack(ring, 100)]), { ...land, stroke: false, fillColor: COLOURS.land, fillOpacity: 1 }).addTo(map);
      }
      (this.raw.around || []).forEach((ring) => {
        L.polygon(unpack(ring, 1000), { ...land, stroke: false, fillColor: COLOURS.india, fillOpacity: 1 }).addTo(map);
      });
      const india = this.polygons(this.raw.india);
      L.polygon(india, { ...land, className: 'india-halo', color: COLOURS.india, weight: 11, opacity: 0.8, fill: false, lineJoin: 'round' }).addTo(map);
      L.polygon(india, { ...land, stroke: false, fillColor: COLOURS.india, fillOpacity: 1, fillRule: 'nonzero' }).addTo(map);
      [2, 1, 0, 3].forEach((kind) => {
        const name = KINDS[kind];
        L.polyline(this.lines(kind), {
          pane: 'borders', renderer: G.renderer('borders'), interactive: false, noClip: true, smoothFactor: 0.6,
          className: `border border-${name}`, color: COLOURS[name] || COLOURS.external, weight: 1, lineJoin: 'round',
        }).addTo(map);
      });
    }
  };

  // Stand-alone files carry the base map; live pages fetch it from their own site (and cache it).
  G.basemap = function (name) {
    if (window.GRAMREACH_BASEMAP) return Promise.resolve(new G.Basemap(window.GRAMREACH_BASEMAP));
    return fetch(`${document.body.dataset.assets}/basemap/${name}.json`)
      .then((answer) => answer.json()).then((raw) => new G.Basemap(raw));
  };

  G.places = function () {
    if (window.GRAMREACH_PLACES) return Promise.resolve(window.GRAMREACH_PLACES);
    return fetch(`${document.body.dataset.assets}/basemap/places.json`).then((answer) => answer.json());
  };

  // Leaflet rounds corners to whole pixels; small hexagons and tapered flows need tenths.
  L.Polyline.include({
    _projectLatlngs(latlngs, result, bounds) {
      if (!(latlngs[0] instanceof L.LatLng)) {
        latlngs.forEach((part) => this._projectLatlngs(part, result, bounds));
        return;
      }
      const origin = this._map.getPixelOrigin();
      const ring = latlngs.map((latlng) => {
        const p = this._map.project(latlng);
        return L.point(Math.round((p.x - origin.x) * 10) / 10, Math.round((p.y - origin.y) * 10) / 10);
      });
      ring.forEach((p) => bounds.extend(p));
      result.push(ring);
    },
  });

  G.attribution = function (map, text) {
    map.attributionControl.setPrefix(false).setPosition('bottomleft').addAttribution(text);
  };

  // Zoom decides line weights (CSS classes) and the level of the cells.
  G.zoomClass = function (map) {
    const apply = () => {
      const zoom = map.getZoom();
      const name = zoom < 4.35 ? 'far' : zoom <= 5.5 ? 'mid' : 'near';
      ['far', 'mid', 'near'].forEach((one) => map.getContainer().classList.toggle(`z-${one}`, one === name));
    };
    map.on('zoomend', apply);
    apply();
  };

  G.fitIndia = function (map) {
    const size = map.getSize();
    const tight = G.isPhone() ? [6, 8] : [24, 16];
    map.fitBounds(INDIA, { paddingTopLeft: tight, paddingBottomRight: [tight[0], G.isPhone() ? 22 : tight[1]], animate: false });
    map.setMinZoom(Math.min(map.getZoom(), 4.2) - 0.4);
    return size;
  };

  // All in sight, until somebody moves the map, or where the address names a place.
  G.keepFitted = function (map, fit, state) {
    let fitting = true;
    map.byHand = false;
    fit();
    map.on('dragstart zoomstart', (event) => { if (event.type === 'dragstart' || !fitting) map.byHand = true; });
    state.follow(map);
    fitting = false;
    map.byHand = state.placed;
    new ResizeObserver(() => {
      map.invalidateSize({ animate: false });
      if (!map.byHand) { fitting = true; fit(); fitting = false; }
    }).observe(map.getContainer());
  };

  // The phone's sheet: the left panels come up from below. What is in them may be put anew, so the document listens.
  G.sheet = function () {
    const button = document.querySelector('.sheet-open'), sheet = document.querySelector('.left');
    if (!button || !sheet) return;
    const show = (open) => {
      const extra = document.querySelector('.gap-slot'), home = document.querySelector('.right');
      document.body.classList.toggle('with-sheet', open);
      button.setAttribute('aria-expanded', String(open));
      if (extra && home) { if (open) sheet.append(extra); else home.prepend(extra); }
      (open ? sheet.querySelector('.sheet-close') : button).focus();
    };
    button.addEventListener('click', () => show(true));
    sheet.addEventListener('click', (event) => { if (event.target.closest('.sheet-close')) show(false); });
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && document.body.classList.contains('with-sheet')) show(false);
    });
  };

  // A mark put there later, as Folium puts those of the page.
  G.putMark = (map, { at, html, options }, pane) => L.marker(at, {
    icon: L.divIcon({ html, className: 'place', iconSize: [0, 0], iconAnchor: [0, 0] }), pane, keyboard: true, riseOnHover: true, ...options,
  }).addTo(map);

  // Marks made by Folium carry their slug, kind, name and radius as options.
  G.marks = function (map) {
    const found = [];
    map.eachLayer((layer) => { if (layer.options && layer.options.slug) found.push(layer); });
    return found.map((marker) => ({ marker, ...marker.options, node: () => marker.getElement() }));
  };

  G.onChoose = function (mark, choose) {
    const node = mark.node();
    node.setAttribute('aria-label', mark.says || mark.name);
    node.dataset.slug = mark.slug;
    mark.marker.on('click', () => choose(mark));
    node.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(mark); }
    });
  };
  G.overseas = OVERSEAS;
})(window.GramReach);

'use strict';
// Close up: the villages in view, each with its condition, or groups of them where there are too many to tell apart.
(function (G) {
  const el = G.el;
  G.VILLAGES_FROM = 8.5;
  const NAMES_FROM = 9.5;
  const around = (p) => ({ x0: p.x - 9, x1: p.x + 9, y0: p.y - 9, y1: p.y + 9 });

  G.Villages = class {
    constructor(map, data, dock, state) {
      this.map = map; this.data = data; this.dock = dock; this.state = state;
      this.group = L.layerGroup().addTo(map);
      this.day = '';
    }
    can() { return Boolean(document.body.dataset.points || this.data.points); }
    shows() { return this.can() && this.map.getZoom() >= G.VILLAGES_FROM; }
    clear() { this.group.clearLayers(); this.asked = ''; }
    look(url, day) {
      this.day = day;
      if (this.data.points) { this.draw(this.data.points); return; } // a file carries those of its first view
      if (url.href === this.asked) return;
      this.asked = url.href;
      if (this.asking) this.asking.abort();
      this.asking = new AbortController();
      fetch(url, { signal: this.asking.signal, headers: { accept: 'application/geo+json, application/json' } })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
        .then((found) => { G.say(''); this.draw(found); })
        .catch((error) => {
          if (error.name === 'AbortError') return;
          this.asked = '';
          G.say(G.t('The villages could not be fetched. Check the network, then move the map again.'));
        });
    }
    draw(found) {
      this.group.clearLayers();
      document.body.classList.toggle('with-names', !found.grouped && this.map.getZoom() >= NAMES_FROM);
      const told = found.grouped ? null : this.names(found.features);
      found.features.forEach((feature) => {
        const { geometry, properties } = feature, [lon, lat] = geometry.coordinates;
        this.group.addLayer(found.grouped ? this.cluster([lat, lon], properties) : this.village([lat, lon], properties, told.has(feature)));
      });
    }
    // Whose names fit: the urgent ones first, none over another or over a mark.
    names(features) {
      const at = ({ geometry: { coordinates: [lon, lat] } }) => this.map.latLngToContainerPoint([lat, lon]);
      const taken = features.map((feature) => ({ feature, box: around(at(feature)) }));
      const order = (f) => ({ broken: 0, never: 1, silent: 2 })[f.properties.condition] ?? 3;
      const told = new Set();
      [...features].sort((a, b) => order(a) - order(b)).forEach((feature) => {
        const p = at(feature), box = { x0: p.x + 10, x1: p.x + 14 + 6.4 * feature.properties.name.length, y0: p.y - 8, y1: p.y + 8 };
        if (taken.some((other) => other.feature !== feature && G.overlap(other.box, box) > 0)) return;
        taken.push({ feature: null, box });
        told.add(feature);
      });
      return told;
    }
    marker(at, node, says, choose) {
      const icon = L.divIcon({ html: node, className: 'place', iconSize: [0, 0], iconAnchor: [0, 0] });
      const marker = L.marker(at, { icon, pane: 'villages', keyboard: true, riseOnHover: true });
      marker.on('add', () => {
        const element = marker.getElement();
        element.setAttribute('aria-label', says);
        element.addEventListener('keydown', (event) => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(element); } });
      });
      return marker.on('click', () => choose(marker.getElement()));
    }
    village(at, { village, name, condition, also_broken: also, listed }, told) {
      const look = this.data.kit[condition];
      const node = el('div', { class: `mark ${condition === 'never' ? 'mark-never' : 'mark-village'} is-${condition}${listed ? '' : ' unlisted'}` },
        el('span', { class: `label beside${told ? ' told' : ''}`, text: name }),
        el('span', { class: 'sym', 'aria-hidden': 'true' }, el('span', { svg: look.svg }), also ? el('i', { class: 'also-broken' }) : null));
      return this.marker(at, node, `${name}, ${look.word}`, (from) => this.open(village, from));
    }
    cluster(at, { villages, reached, active }) {
      const size = Math.round(Math.min(46, 22 + 3.2 * Math.sqrt(villages)));
      const says = G.t('{n} villages: {reached} reached, {active} active', { n: G.number(villages), reached: G.number(reached), active: G.number(active) });
      const node = el('div', { class: 'mark mark-group' }, el('span', { class: 'sym', text: G.number(villages) }));
      const disc = node.querySelector('.sym'), turn = (part) => `${(360 * part) / villages}deg`;
      disc.style.cssText = `width:${size}px;height:${size}px;--active:${turn(active)};--reached:${turn(reached)}`;
      return this.marker(at, node, says, () => this.map.setView(at, Math.min(this.map.getZoom() + 1.5, 13)));
    }
    open(code, from) {
      this.state.set('open', `village=${code}`);
      const card = { heading: code, sub: '', problem: '', conditions: [], rows: [], series: null, last: '', link: '', link_text: '', village: code, day: this.day };
      this.dock.open(card, '', from);
    }
  };

  // What a village's card has besides, asked for when it is opened: deployments, photos, where its reports are.
  G.villageParts = function (card, node, kit) {
    const address = document.body.dataset.village;
    if (!card.village || !address) return;
    const url = new URL(address, location.href);
    url.searchParams.set('village', card.village);
    if (card.day) url.searchParams.set('as_of', card.day);
    const place = node.appendChild(el('div', { class: 'more', 'aria-busy': 'true' }));
    fetch(url, { headers: { accept: 'application/json' } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then((found) => {
        place.removeAttribute('aria-busy');
        if (node.querySelector('h2').textContent === card.village) {
          node.querySelector('h2').textContent = found.name;
          node.querySelector('header p').textContent = `${found.sub} · ${card.village}`;
        }
        place.append(deployments(found.deployments, kit), photos(found.photos),
          el('p', { class: 'card-foot' }, el('a', { href: found.reports, text: G.t('Its reports') })));
      })
      .catch(() => { place.removeAttribute('aria-busy'); place.append(el('p', { text: G.t('Photos and deployments could not be fetched.') })); });
  };
  const deployments = (found, kit) => (found.length
    ? el('ul', { class: 'deployments' }, ...found.map((d) => el('li', {}, el('span', { class: 'icon', svg: kit[d.condition].svg }),
      el('span', {}, el('b', { text: d.name }), ` ${d.word}`, el('span', { class: 'units', text: [d.units, d.centre].filter(Boolean).join(' · ') })))))
    : el('p', { class: 'none', text: G.t('Nothing is deployed here.') }));
  const photos = (found) => el('p', { class: 'photos' }, ...found.map((photo) =>
    el('a', { href: `${photo.src}?full=1`, title: photo.date }, el('img', { src: photo.src, alt: photo.alt, loading: 'lazy' }))));

  // Names of districts and main places, when there is room for them.
  G.Places = class {
    constructor(map, places) {
      this.map = map; this.places = places; this.group = L.layerGroup().addTo(map);
      map.on('moveend', () => this.draw());
      this.draw();
    }
    draw() {
      this.group.clearLayers();
      const zoom = this.map.getZoom(), bounds = this.map.getBounds(), taken = [];
      if (zoom < 5.6) return;
      this.places.filter(([name, lat, lon, rank]) => rank <= zoom && bounds.contains([lat, lon])).forEach(([name, lat, lon, rank, kind]) => {
        const p = this.map.latLngToContainerPoint([lat, lon]), w = 7 * name.length + 14;
        const box = { x0: p.x - (kind ? w / 2 : 0), x1: p.x + (kind ? w / 2 : w), y0: p.y - 9, y1: p.y + 9 };
        if (taken.some((other) => G.overlap(other, box))) return;
        taken.push(box);
        const html = el('span', { class: kind ? 'district-name' : 'place-name', text: G.t(name) });
        this.group.addLayer(L.marker([lat, lon], { pane: 'names', interactive: false, keyboard: false,
          icon: L.divIcon({ html, className: 'place', iconSize: [0, 0], iconAnchor: [0, 0] }) }));
      });
    }
  };
})(window.GramReach);

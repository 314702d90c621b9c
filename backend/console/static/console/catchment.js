'use strict';
// The list of villages on a map: ticked, drawn around, or within a radius. The text field stays the truth: it is what is sent.
(function (G) {
  const node = document.getElementById('map'), field = document.getElementById('codes');
  if (!node || !field) return;
  const said = document.getElementById('said'), counted = document.getElementById('counted');
  const tool = (name) => document.querySelector(`[data-tool=${name}]`);
  const sites = node.dataset.sites.split(';').filter(Boolean).map((one) => one.split(',').map(Number));
  const steps = [];
  document.getElementById('tools').hidden = false;
  const map = G.ground(node);
  const dots = new Map(), group = L.layerGroup().addTo(map);
  let ring = [], drawn = null, drawing = false, asking = null;

  const codes = () => field.value.split(/[\s,;]+/).filter(Boolean).map((code) => (/^\d+$/.test(code) ? `lgd:${code}` : code.toLowerCase()));
  function put(next, keep) {
    if (keep !== false) { steps.push(field.value); tool('back').disabled = false; }
    field.value = [...new Set(next)].join('\n');
    field.dispatchEvent(new Event('input'));
  }
  function look() {
    const mine = new Set(codes());
    counted.textContent = String(mine.size);
    dots.forEach(({ dot, list }, code) => {
      const on = mine.has(code), other = list && list !== 'own';
      dot.setStyle(on ? { radius: 7, color: '#fff', weight: 1.5, fillColor: other ? '#6B4CAB' : '#00564B', fillOpacity: 1 }
        : { radius: other ? 4 : 5, color: other ? '#8C8F88' : '#15191D', weight: 1.5, fillColor: other ? '#D6D0C2' : '#fff', fillOpacity: 1 });
    });
  }
  function fetchVillages() {
    const b = map.getBounds(), url = new URL(node.dataset.villages, location.href);
    url.searchParams.set('bbox', [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map((v) => v.toFixed(4)).join(','));
    if (asking) asking.abort();
    asking = new AbortController();
    fetch(url, { signal: asking.signal }).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error('')))).then((found) => {
      said.textContent = found.more ? node.dataset.more : '';
      group.clearLayers();
      dots.clear();
      found.villages.forEach(([code, name, lat, lon, list]) => {
        const dot = L.circleMarker([lat, lon], { radius: 5 }).addTo(group);
        const label = document.createElement('span');
        label.textContent = list && list !== 'own' ? `${name} (${list})` : name;
        dot.bindTooltip(label);
        dot.on('click', (event) => { if (drawing) return; L.DomEvent.stop(event); toggle(code); });
        dots.set(code, { dot, list });
      });
      look();
    }).catch((error) => { if (error.name !== 'AbortError') said.textContent = node.dataset.failed; });
  }
  function toggle(code) {
    const now = codes();
    put(now.includes(code) ? now.filter((one) => one !== code) : [...now, code]);
  }
  function sketch() {
    if (drawn) drawn.remove();
    drawn = ring.length ? L.polygon(ring, { color: '#12355B', weight: 2, dashArray: '5 4', fillOpacity: 0.08, interactive: false }).addTo(map) : null;
    ['close', 'drop'].forEach((name) => { tool(name).hidden = ring.length < 3; });
  }
  function draw(on) {
    drawing = on;
    ring = [];
    sketch();
    tool('draw').setAttribute('aria-pressed', String(on));
    tool('tick').setAttribute('aria-pressed', String(!on));
    map.doubleClickZoom[on ? 'disable' : 'enable']();
    node.classList.toggle('drawing', on);
  }
  function inside(query, out) {
    return fetch(`${node.dataset.inside}?${query}`).then((answer) => answer.json().then((body) => (answer.ok ? body.codes : Promise.reject(new Error(body.detail)))))
      .then((found) => { const some = new Set(found), now = codes(); put(out ? now.filter((code) => !some.has(code)) : [...now, ...found]); said.textContent = `${out ? '−' : '+'}${found.length}`; })
      .catch((error) => { said.textContent = error.message || node.dataset.failed; });
  }
  const corners = () => `ring=${ring.map(({ lat, lng }) => `${lat.toFixed(5)},${lng.toFixed(5)}`).join(';')}`;

  map.on('click', ({ latlng }) => { if (drawing) { ring.push(latlng); sketch(); } });
  map.on('moveend', fetchVillages);
  field.addEventListener('input', look);
  tool('tick').addEventListener('click', () => draw(false));
  tool('draw').addEventListener('click', () => draw(true));
  tool('close').addEventListener('click', () => inside(corners(), false).then(() => draw(false)));
  tool('drop').addEventListener('click', () => inside(corners(), true).then(() => draw(false)));
  tool('radius').addEventListener('click', () => {
    const at = sites[0] || [map.getCenter().lat, map.getCenter().lng];
    inside(`at=${at.join(',')}&km=${encodeURIComponent(document.getElementById('km').value)}`, false);
  });
  tool('back').addEventListener('click', () => { if (steps.length) put(steps.pop().split('\n'), false); tool('back').disabled = !steps.length; });
  sites.forEach((site) => L.marker(site, { icon: L.divIcon({ className: 'site-mark', iconSize: [18, 18] }), interactive: false, keyboard: false }).addTo(map));
  if (sites.length) map.setView(sites[0], 10); else map.fitBounds([[6.9, 68.2], [37.1, 97.4]]);
})(window.GramReach);

'use strict';
// An offline map for editing: India's states, districts and the names of places below, no tile from anywhere.
(function (G) {
  let lines = null;
  G.ground = function (node, options) {
    const map = L.map(node, { zoomSnap: 0.25, maxZoom: 16, attributionControl: true, ...options });
    ['land', 'borders', 'names'].forEach((name, i) => {
      const pane = map.createPane(name);
      pane.style.zIndex = String(200 + i * 10);
      pane.style.pointerEvents = 'none';
    });
    map.attributionControl.setPrefix(false).addAttribution(node.dataset.lines);
    L.control.scale({ imperial: false }).addTo(map);
    lines = lines || fetch('/maps/assets/basemap/national.json').then((answer) => answer.json());
    lines.then((raw) => {
      G.renderers = {}; // each map draws with its own
      new G.Basemap(raw).draw(map);
    });
    fetch('/maps/assets/basemap/places.json').then((answer) => answer.json()).then((places) => new G.Places(map, places));
    return map;
  };
})(window.GramReach);

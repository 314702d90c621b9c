'use strict';
// A place picked on an offline map: a click or the dragged pin writes the two fields, and they move the pin.
(function (G) {
  document.querySelectorAll('.pick').forEach((node) => {
    const lat = document.getElementById(node.dataset.lat), lon = document.getElementById(node.dataset.lon);
    node.hidden = false;
    const map = G.ground(node), icon = L.divIcon({ className: 'pin', iconSize: [20, 20], iconAnchor: [10, 10] });
    const here = () => [Number(lat.value), Number(lon.value)];
    const known = () => lat.value !== '' && lon.value !== '' && here().every(Number.isFinite);
    let pin = null;
    function show(at, zoom) {
      if (pin) pin.setLatLng(at);
      else {
        pin = L.marker(at, { icon, draggable: true, autoPan: true, keyboard: false }).addTo(map);
        pin.on('dragend', () => write(pin.getLatLng()));
      }
      if (zoom) map.setView(at, zoom);
    }
    function write({ lat: a, lng: o }) {
      lat.value = a.toFixed(5);
      lon.value = o.toFixed(5);
      show([a, o]);
    }
    map.on('click', ({ latlng }) => write(latlng));
    [lat, lon].forEach((field) => field.addEventListener('change', () => { if (known()) show(here(), Math.max(map.getZoom(), 9)); }));
    map.fitBounds([[6.9, 68.2], [37.1, 97.4]]);
    if (known()) show(here(), 9);
  });
})(window.GramReach);

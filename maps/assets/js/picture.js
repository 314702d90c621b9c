'use strict';
// Exactly this view on paper, or as a picture: the page is drawn by the browser itself, and nothing is sent anywhere.
(function (G) {
  const SCALE = 2;
  const LEFT_OUT = '.console, .leaflet-control-zoom, .sheet-open, .sheet-close, .as-table, .play, .chart input, .shut, .act, .more .card-foot, .leaflet-tile, script, link, style';

  const dataUrl = (blob) => new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
  const carried = (url) => fetch(url).then((answer) => answer.blob()).then(dataUrl);

  // All rules of the page, with their files inside: a picture may not ask for anything.
  async function styles() {
    const parts = await Promise.all([...document.styleSheets].map(async (sheet) => {
      let text = [...sheet.cssRules].filter((rule) => !(rule.media && rule.media.mediaText === 'print')).map((rule) => rule.cssText).join('\n');
      const addresses = [...new Set([...text.matchAll(/url\("?([^")]+)"?\)/g)].map((found) => found[1]).filter((one) => !one.startsWith('data:')))];
      for (const address of addresses) {
        const whole = new URL(address, sheet.href || location.href);
        text = text.replaceAll(address, /\.woff2/.test(whole.pathname) ? await carried(whole) : 'data:,');
      }
      return text;
    }));
    return parts.join('\n');
  }

  async function body() {
    const copy = document.body.cloneNode(true);
    const boxes = [...document.body.querySelectorAll('input')];
    copy.querySelectorAll('input').forEach((box, i) => (boxes[i].checked ? box.setAttribute('checked', '') : box.removeAttribute('checked')));
    copy.querySelectorAll(LEFT_OUT).forEach((node) => node.remove());
    await Promise.all([...copy.querySelectorAll('img')].map(async (image) => { image.src = await carried(image.src); }));
    return copy;
  }

  G.picture = async function () {
    const width = innerWidth, height = innerHeight;
    const page = document.createElement('div');
    page.setAttribute('xmlns', 'http://www.w3.org/1999/xhtml');
    const style = document.createElement('style'), copy = await body();
    const frame = document.createElement('div');
    frame.className = `${document.body.className} picture-body`;
    frame.lang = document.documentElement.lang;
    frame.append(...copy.childNodes);
    const rules = (await styles()).replaceAll(/(^|[\s,}])body(?=[\s.:{>[])/g, '$1.picture-body');
    style.textContent = `${rules}\n.picture-body { width: ${width}px; height: ${height}px; }`;
    page.append(style, frame);
    const markup = new XMLSerializer().serializeToString(page);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><foreignObject width="100%" height="100%">${markup}</foreignObject></svg>`;
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    const drawing = canvas.getContext('2d');
    drawing.scale(SCALE, SCALE);
    drawing.drawImage(image, 0, 0);
    return new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); });
  };

  document.addEventListener('DOMContentLoaded', () => {
    const print = document.querySelector('.console .print'), picture = document.querySelector('.console .picture');
    if (print) print.addEventListener('click', () => window.print());
    if (!picture) return;
    picture.addEventListener('click', async () => {
      picture.disabled = true;
      try {
        const link = G.el('a', { href: URL.createObjectURL(await G.picture()), download: `${document.body.classList[0]}-${(G.view && G.view.state.get('month')) || 'map'}.png` });
        link.click();
        G.say('');
      } catch {
        G.say(G.t('This browser cannot draw the page as a picture. Print it, or save it as a file.'));
      }
      picture.disabled = false;
    });
  });
})(window.GramReach);

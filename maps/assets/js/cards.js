'use strict';
// Cards dock at the right (a bottom sheet on phones), so that they never cover what was tapped.
(function (G) {
  const el = G.el;
  const SHAPES = { width: 256, height: 34 };

  function bar(conditions, kit) {
    const total = conditions.reduce((sum, [, n]) => sum + n, 0) || 1;
    const parts = conditions.filter(([, n]) => n).map(([name, n]) => {
      const part = el('i', { class: `part part-${name}` });
      part.style.flexGrow = n / total;
      part.style.background = kit[name].colour;
      return part;
    });
    const legend = conditions.filter(([, n]) => n).map(([name, n]) =>
      el('span', {}, el('span', { class: 'icon', svg: kit[name].svg }), el('b', { text: G.number(n) }), ` ${kit[name].word}`));
    return [el('div', { class: 'stack', 'aria-hidden': 'true' }, ...parts), el('p', { class: 'stack-legend' }, ...legend)];
  }

  function svg(tag, attributes) {
    const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  }

  G.sparkline = function (series) {
    const { width, height } = SHAPES, values = series.values, top = Math.max(...values, 1);
    const x = (i) => (values.length > 1 ? (i * (width - 30)) / (values.length - 1) : width - 30) + 4;
    const y = (v) => 5 + (height - 8) * (1 - v / top);
    const line = values.map((v, i) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`).join(' ');
    const last = values.length - 1, base = y(0);
    const image = svg('svg', { viewBox: `0 0 ${width} ${height}`, class: 'spark', role: 'img', 'aria-label': `${series.title}: ${values.join(', ')}` });
    image.append(
      svg('polygon', { points: `${x(0)},${base} ${line} ${x(last)},${base}`, fill: '#E2EEEB' }),
      svg('line', { x1: x(0), x2: x(last), y1: base, y2: base, stroke: '#D9D6CE' }),
      svg('polyline', { points: line, fill: 'none', stroke: '#00564B', 'stroke-width': 1.8, 'stroke-linejoin': 'round' }),
      svg('circle', { cx: x(last), cy: y(values[last]), r: 3, fill: '#14211F' }));
    const text = svg('text', { x: x(last) + 7, y: Math.min(y(values[last]) + 4, height - 1), class: 'spark-end' });
    text.textContent = G.number(values[last]);
    image.append(text);
    return el('div', { class: 'series' }, el('p', { text: series.title }), image);
  };

  const strongLine = (row) => el('dd', {}, el('b', { text: row.strong }), row.note ? el('span', { text: ` ${row.note}` }) : null);

  function phoneFigures(rows) {
    return el('div', { class: 'three' }, ...rows.filter((row) => /^\d/.test(row.strong)).slice(0, 3).map((row) =>
      el('div', {}, el('b', { text: row.strong.replace(/,$/, '') }), el('span', { text: `${row.label.toLowerCase()}${row.note ? `, ${row.note}` : ''}` }))));
  }

  // The card of a mark. `symbol` is SVG made by symbols.py.
  G.cardNode = function (card, symbol, kit) {
    const rows = card.rows.flatMap((row) => [el('dt', { text: row.label }), strongLine(row)]);
    const foot = card.last || card.link
      ? el('p', { class: 'card-foot' }, el('span', { text: card.last }), card.link ? el('a', { href: card.link, text: card.link_text }) : null) : null;
    return el('article', { class: 'panel card', tabindex: '-1', 'aria-label': card.heading },
      el('header', {}, el('span', { class: 'symbol', svg: symbol }), el('div', {}, el('h2', { text: card.heading }), el('p', { text: card.sub }))),
      card.problem ? el('p', { class: 'problem', text: card.problem }) : null,
      ...(card.conditions.length ? bar(card.conditions, kit) : []),
      card.rows.length ? el('dl', {}, ...rows) : null,
      card.rows.length ? phoneFigures(card.rows) : null,
      card.series && card.series.values.length ? G.sparkline(card.series) : null,
      ...(card.actions || []).map(({ text, act }) => { const button = el('button', { type: 'button', class: 'act', text }); button.addEventListener('click', act); return button; }),
      foot);
  };

  G.Dock = class {
    constructor(slot, kit, onClose) {
      this.slot = slot; this.kit = kit; this.onClose = onClose; this.from = null;
      document.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.close(); });
    }
    open(card, symbol, from) {
      const node = G.cardNode(card, symbol, this.kit);
      const shut = el('button', { type: 'button', class: 'shut', 'aria-label': G.t('Close {name}', { name: card.heading }), text: '\u00d7' });
      shut.addEventListener('click', () => this.close());
      node.prepend(shut);
      this.slot.replaceChildren(node);
      if (G.villageParts) G.villageParts(card, node, this.kit);
      this.from = from || null;
      document.body.classList.add('with-card');
      if (from) node.focus({ preventScroll: true });
    }
    close() {
      if (!this.slot.firstChild) return;
      this.slot.replaceChildren();
      document.body.classList.remove('with-card');
      if (this.from && this.from.focus) this.from.focus({ preventScroll: true });
      if (this.onClose) this.onClose();
    }
  };
})(window.GramReach);

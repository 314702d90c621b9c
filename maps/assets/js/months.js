'use strict';
// The month bar: a slider over the bars, and a play button that honours reduced motion by longer steps.
(function (G) {
  G.Months = class {
    constructor(root, count, change) {
      this.root = root; this.last = count - 1; this.change = change; this.timer = 0;
      this.slider = root.querySelector('input'); this.button = root.querySelector('button');
      this.slider.addEventListener('input', () => { this.stop(); this.go(Number(this.slider.value)); });
      this.button.addEventListener('click', () => (this.timer ? this.stop() : this.play()));
    }
    go(month) {
      this.slider.value = month;
      [...this.root.querySelectorAll('.bars i')].forEach((bar, i) => {
        bar.classList.toggle('later', i > month);
        bar.classList.toggle('now', i === month);
      });
      this.change(month);
    }
    say(label, soFar) {
      this.root.querySelector('#month').textContent = label;
      this.root.querySelector('#so-far').textContent = soFar;
      this.slider.setAttribute('aria-valuetext', soFar ? `${label}, ${soFar}` : label);
    }
    play() {
      this.button.classList.add('playing');
      this.button.setAttribute('aria-label', G.t('Stop'));
      if (Number(this.slider.value) >= this.last) this.go(0);
      this.timer = setInterval(() => {
        if (document.body.hasAttribute('aria-busy')) return; // a month that is being fetched is waited for
        const next = Number(this.slider.value) + 1;
        this.go(next);
        if (next >= this.last) this.stop();
      }, G.calm() ? 1500 : 700);
    }
    stop() {
      clearInterval(this.timer);
      this.timer = 0;
      this.button.classList.remove('playing');
      this.button.setAttribute('aria-label', G.t('Play the months'));
    }
  };

  // The bar of a map whose months are fetched or carried as a whole (`G.Timeline`). `apply` puts one in another's place.
  G.monthBar = function (data, state, apply) {
    const root = document.querySelector('.months');
    if (!root) return null;
    const line = new G.Timeline(data, state, data.now, apply);
    const bar = new G.Months(root, data.months.length, (month) => { line.show(month); bar.say(data.months[month].label, ''); });
    bar.say(data.months[line.last].label, '');
    bar.line = line;
    const first = line.at(state.get('month'));
    if (first !== line.last) bar.go(first);
    return bar;
  };

  G.putHeader = (html) => { document.querySelector('.head').outerHTML = html; };
})(window.GramReach);

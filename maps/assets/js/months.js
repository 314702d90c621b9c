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
    play() {
      this.button.classList.add('playing');
      this.button.setAttribute('aria-label', 'Stop');
      if (Number(this.slider.value) >= this.last) this.go(0);
      this.timer = setInterval(() => {
        const next = Number(this.slider.value) + 1;
        this.go(next);
        if (next >= this.last) this.stop();
      }, G.calm() ? 1500 : 700);
    }
    stop() {
      clearInterval(this.timer);
      this.timer = 0;
      this.button.classList.remove('playing');
      this.button.setAttribute('aria-label', 'Play the months');
    }
  };
})(window.GramReach);

import type { JSX } from 'solid-js';

const SHAPES = {
  back: () => <path d="M15 4 7 12l8 8" />,
  close: () => <path d="M5 5l14 14M19 5 5 19" />,
  chevron: () => <path d="M9 5l7 7-7 7" />,
  plus: () => <path d="M12 4v16M4 12h16" />,
  home: () => <path d="M3 11.5 12 4l9 7.5M6 9.5V20h12V9.5" />,
  list: () => <path d="M8 6h13M8 12h13M8 18h13M3.5 6h.01M3.5 12h.01M3.5 18h.01" />,
  phone: () => <><rect x="7" y="2.5" width="10" height="19" rx="2" /><path d="M11 18h2" /></>,
  safe: () => <><rect x="6" y="2.5" width="12" height="19" rx="2" /><path d="m9 12 2.3 2.3L15.2 10" /></>,
  pencil: () => <><path d="M4 20l1-5L16 4l4 4L9 19z" /><path d="m13.5 6.5 4 4" /></>,
  calendar: () => <><rect x="4" y="5" width="16" height="16" /><path d="M4 10h16M8.5 2.5V7M15.5 2.5V7" /></>,
  clock: () => <><circle cx="12" cy="12" r="9.5" /><path d="M12 6.5V12l3.5 2" /></>,
  tick: () => <path d="m4 12.5 5 5.5L20 6" />,
  ticks: () => <><path d="m1.5 12.5 4.5 5L15 6.5" /><path d="m9.5 15.5 2 2L21.5 6.5" /></>,
  asked: () => <path d="M9 4 4 9l5 5M4 9h10a5.5 5.5 0 0 1 0 11H9" />,
  up: () => <path d="M12 20V4M5.5 10.5 12 4l6.5 6.5" />,
  down: () => <path d="M12 3v13M6 10.5l6 6 6-6M4 21h16" />,
  warning: () => <><path d="M12 3 1.8 21h20.4z" /><path d="M12 10v5M12 18h.01" /></>,
  error: () => <><path d="M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z" /><path d="M12 7v6M12 16.5h.01" /></>,
  eye: () => <><path d="M1.5 12S5.5 5 12 5s10.5 7 10.5 7-4 7-10.5 7S1.5 12 1.5 12z" /><circle cx="12" cy="12" r="3" /></>,
  box: () => <><rect x="2.5" y="3" width="19" height="6" /><path d="M4.5 9v12h15V9M9 14h6" /></>,
  search: () => <><circle cx="10" cy="10" r="7" /><path d="m15.5 15.5 6 6" /></>,
  qr: () => <path d="M3 3h7v7H3zM14 3h7v7h-7zM3 14h7v7H3zM14 14h3v3h-3zM18 18h3v3h-3zM20 14h1M14 20h1" />,
  call: () => <path d="M6.5 2.5 9.8 8 7.5 10.5a14 14 0 0 0 6 6l2.5-2.3 5.5 3.3c-.5 3-2.5 4.5-5 4-6.5-1.5-12-7-13.5-13.5-.5-2.5 1-5 3.5-5.5z" />,
  bin: () => <path d="M4 6.5h16M9 6V3h6v3M6 6.5 7 21h10l1-14.5" />,
} satisfies Record<string, () => JSX.Element>;

export type IconName = keyof typeof SHAPES;

/** A drawing beside words that say the same: hidden from readers. */
export function Icon(props: { name: IconName; large?: boolean }): JSX.Element {
  return (
    <svg class={props.large ? 'glyph glyph-large' : 'glyph'} viewBox="0 0 24 24" aria-hidden="true">
      {SHAPES[props.name]()}
    </svg>
  );
}

/** The eight conditions: full, half, empty; only broken is square. Its words stand beside it. */
export function Mark(props: { condition: string }): JSX.Element {
  return (
    <svg class={`mark mark-${props.condition}`} viewBox="0 0 24 24" aria-hidden="true">
      {drawn(props.condition)}
    </svg>
  );
}

function drawn(condition: string): JSX.Element {
  switch (condition) {
    case 'in_use':
      return <circle cx="12" cy="12" r="11" fill="currentColor" />;
    case 'idle':
    case 'resting':
      return <><circle cx="12" cy="12" r="11" fill="currentColor" /><path d="M6.5 12h11" class="mark-white" /></>;
    case 'broken':
      return <><rect x="1" y="1" width="22" height="22" fill="currentColor" /><path d="m7 7 10 10M17 7 7 17" class="mark-white" /></>;
    case 'silent':
      return <><circle cx="12" cy="12" r="9.8" class="mark-line" /><path d="M12 2.5a9.5 9.5 0 0 1 0 19z" fill="currentColor" /></>;
    case 'ended':
      return <rect x="2.5" y="2.5" width="19" height="19" class="mark-line" />;
    default:
      return <circle cx="12" cy="12" r="9.8" class="mark-line" />;
  }
}

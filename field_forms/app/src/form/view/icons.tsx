import type { JSX } from 'solid-js';

/** Icons say nothing to readers: words stand beside them. */
function icon(draw: () => JSX.Element) {
  return () => (
    <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
      {draw()}
    </svg>
  );
}

export const Alert = icon(() => (
  <>
    <path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" />
    <path d="M12 7v6" stroke-width="2.6" />
    <circle cx="12" cy="16.6" r="1.2" fill="currentColor" stroke="none" />
  </>
));
export const Warning = icon(() => (
  <>
    <path d="M12 3 22 20H2z" stroke-linejoin="round" />
    <path d="M12 9v5" />
    <circle cx="12" cy="17" r="1" fill="currentColor" stroke="none" />
  </>
));
export const Minus = icon(() => <path d="M3 12h18" stroke-width="2.4" />);
export const Plus = icon(() => <path d="M3 12h18M12 3v18" stroke-width="2.4" />);
export const Back = icon(() => <path d="M15 4 7 12l8 8" stroke-width="2.4" />);
export const Chevron = icon(() => <path d="m9 4 8 8-8 8" />);
export const Up = icon(() => <path d="m4 15 8-8 8 8" />);
export const Down = icon(() => <path d="m4 9 8 8 8-8" />);
export const Cross = icon(() => <path d="M4 4l16 16M20 4 4 20" stroke-width="2.4" />);
export const Lens = icon(() => (
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="m15 15 7 7" />
  </>
));
export const Camera = icon(() => (
  <>
    <path d="M2 7h5l2-3h6l2 3h5v13H2z" />
    <circle cx="12" cy="13" r="4" />
  </>
));
export const Pin = icon(() => (
  <>
    <path d="M12 22c-5-6-7-9-7-13a7 7 0 0 1 14 0c0 4-2 7-7 13z" />
    <circle cx="12" cy="9" r="2.5" />
  </>
));
export const Codes = icon(() => <path d="M3 8V3h5M16 3h5v5M21 16v5h-5M8 21H3v-5M7 8v8M11 8v8M14 8v8M17 8v8" />);
export const File = icon(() => <path d="M5 2h9l5 5v15H5zM14 2v5h5" />);

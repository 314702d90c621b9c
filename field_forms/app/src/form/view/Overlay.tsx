import { onCleanup, onMount, type Component, type JSX } from 'solid-js';
import { Portal } from 'solid-js/web';
import { say } from '../words.ts';
import { Back } from './icons.tsx';

/** A screen of its own over the form. Escape and the phone's back button close it, and focus returns by itself. */
export const Overlay: Component<{ title: JSX.Element; under?: JSX.Element; aside?: JSX.Element; lang?: string; close: () => void; children: JSX.Element }> = (props) => {
  let dialog!: HTMLDialogElement;
  const before = document.activeElement;
  onMount(() => {
    dialog.showModal();
    dialog.querySelector<HTMLElement>('[data-first]')?.focus();
  });
  onCleanup(() => {
    dialog.close();
    if (before instanceof HTMLElement) requestAnimationFrame(() => before.isConnected && before.focus());
  });
  return (
    <Portal>
      <dialog class="form-over" lang={props.lang} ref={dialog} onCancel={(event) => (event.preventDefault(), props.close())} aria-label={say('answer')}>
        <header class="over-head">
          <button class="plain" type="button" aria-label={say('back')} onClick={() => props.close()}>
            <Back />
          </button>
          <div class="over-title">
            <strong>{props.title}</strong>
            <span class="over-under">{props.under}</span>
          </div>
          <span class="over-aside">{props.aside}</span>
        </header>
        {props.children}
      </dialog>
    </Portal>
  );
};

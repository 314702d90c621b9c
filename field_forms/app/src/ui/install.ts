import { createSignal } from 'solid-js';

interface InstallEvent extends Event { prompt(): Promise<{ outcome: string }> }

const [offered, setOffered] = createSignal<InstallEvent | null>(null);
addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault(); // shown by our own button, when the officer is ready for it
  setOffered(event as InstallEvent);
});
addEventListener('appinstalled', () => setOffered(null));

export const installable = (): boolean => offered() !== null;

export async function install(): Promise<void> {
  await offered()?.prompt();
  setOffered(null);
}

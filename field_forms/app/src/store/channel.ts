import { createSignal } from 'solid-js';

/** What happens in one window is seen in all: each change raises a number that resources read. */
export interface Sending { report: string; photo: number; of: number; share: number }

const [changes, setChanges] = createSignal(0);
const [sending, setSending] = createSignal<Sending | null>(null);
const [busy, setBusy] = createSignal(false);
export { changes, sending, busy };

type Message = { kind: 'changed' } | { kind: 'sending'; sending: Sending | null; busy: boolean };
const channel = new BroadcastChannel('gramreach');

channel.onmessage = (event: MessageEvent<Message>) => receive(event.data);

function receive(message: Message): void {
  if (message.kind === 'changed') setChanges((n) => n + 1);
  else {
    setSending(message.sending);
    setBusy(message.busy);
  }
}

function tell(message: Message): void {
  receive(message);
  channel.postMessage(message);
}

export const changed = (): void => tell({ kind: 'changed' });
export const nowSending = (what: Sending | null, atWork: boolean): void =>
  tell({ kind: 'sending', sending: what, busy: atWork });

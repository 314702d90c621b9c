import { nowSending } from '../store/channel.ts';
import { profiles } from '../store/profiles.ts';
import { Refused } from './ask.ts';
import { sendAll } from './send.ts';

/**
 * Sending while perhaps no window is open: for everybody on this phone, what a window that is at it leaves. Throws where
 * there is no network after all, so that the phone wakes us another time.
 */
export async function sendAsleep(): Promise<void> {
  await navigator.locks.request('gramreach-send', async () => {
    try {
      for (const of of await profiles()) if (of.state === 'ready') await sendAll(of).catch(refused);
    } finally {
      nowSending(null, false);
    }
  });
}

/** What the office says no to is told to the officer by the next window. */
function refused(error: unknown): void {
  if (!(error instanceof Refused)) throw error;
}

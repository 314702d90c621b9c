import type { JSX } from 'solid-js';
import { Note, Screen, Second } from '../ui/parts.tsx';
import { say } from '../words/index.ts';

/** The phone's memory does not open (private window, full phone, broken profile): nothing is touched, and said so. */
export function Broken(props: { error: unknown }): JSX.Element {
  console.error(props.error);
  return (
    <Screen>
      <div class="page">
        <h1 class="title">{say('broken.title')}</h1>
        <Note alert>{say('broken.text')}</Note>
        <p class="small">{String(props.error)}</p>
        <Second onClick={() => location.reload()}>{say('try.again')}</Second>
      </div>
    </Screen>
  );
}

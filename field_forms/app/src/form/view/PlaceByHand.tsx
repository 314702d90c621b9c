import { createSignal, type Component, type JSX } from 'solid-js';
import { say } from '../words.ts';
import type { Place } from '../lists.ts';
import { useSession } from '../session.ts';
import { DistrictMap } from './DistrictMap.tsx';
import { Overlay } from './Overlay.tsx';

/** The last resort: a pin on the district's map, kept without an accuracy, so that it proves nothing. */
const PlaceByHand: Component<{ title: JSX.Element; start: Place | null; keep: (place: Place) => void; close: () => void }> = (props) => {
  const session = useSession();
  const [place, setPlace] = createSignal<Place | null>(null);
  return (
    <Overlay title={props.title} under={say('movePin')} lang={session.language()} close={props.close}>
      <DistrictMap start={props.start} points={[]} move={setPlace} />
      <div class="over-body">
        <p>{say('handProvesNothing')}</p>
      </div>
      <div class="form-bar">
        <button class="main" type="button" disabled={!place()} onClick={() => place() && props.keep(place()!)}>
          {say('keepPin')}
        </button>
      </div>
    </Overlay>
  );
};
export default PlaceByHand;

import { createResource, createSignal, Show, type JSX } from 'solid-js';
import { busy } from '../store/channel.ts';
import type { Profile } from '../store/db.ts';
import { deployments, pack } from '../store/packs.ts';
import { isClearable, isUnsent, reports } from '../store/reports.ts';
import { room } from '../store/room.ts';
import { network, roundNow } from '../sync/round.ts';
import { give, unsentFile } from '../sync/to_file.ts';
import { appVersion, fresh } from '../sync/version.ts';
import { install, installable } from '../ui/install.ts';
import { live } from '../ui/live.ts';
import { Bar, Note, OfficerHead, Ready, Row, Rows, Screen, Second } from '../ui/parts.tsx';
import { go } from '../ui/route.ts';
import { count, day, size } from '../ui/when.ts';
import { LANGUAGES, say } from '../words/index.ts';

const SKEWED = 10 * 60_000;

export function Phone(props: { who: Profile }): JSX.Element {
  const known = live(async () => ({ pack: await pack(props.who.id), deployments: (await deployments(props.who.id)).length }));
  const own = live(() => reports(props.who.id));
  const space = live(room);
  const [version] = createResource(appVersion);
  const [told, setTold] = createSignal('');
  const old = () => (own() ?? []).filter(isClearable);
  const bytes = (): number => old().reduce((sum, r) => sum + r.bytes, 0);
  const skew = (): number => known()?.pack?.skew ?? 0;

  async function save(): Promise<void> {
    const file = await unsentFile(props.who);
    if (!file) setTold(say('phone.nothing'));
    else if (await give(file)) setTold(say('phone.saved', { name: file.name }));
  }
  async function lists(): Promise<void> {
    setTold(say('phone.asking'));
    await roundNow();
    setTold(network() ? say('phone.newlists') : say('phone.nonetwork'));
  }

  return (
    <Screen head={<OfficerHead profile={props.who} title={say('tab.phone')} />} tabs="phone">
      <Ready sub={<Show when={known()?.pack} fallback={say('phone.nolists')}>{(p) => say('phone.listsof', { day: day(p().at), villages: count('n.villages', p().villages), deployments: count('n.deployments', known()!.deployments) })}</Show>} />
      <div class="page">
        <Show when={props.who.state === 'revoked'}>
          <Note alert strong={say('revoked')}>{say('revoked.safe')}</Note>
          <Second icon="qr" onClick={() => go({ at: 'add' })}>{say('revoked.add')}</Second>
        </Show>
        <Show when={fresh()}><Note strong={say('fresh.title')}>{say('fresh.text')}</Note></Show>
        <Show when={space()?.known && space()}>
          {(s) => (
            <section class="space">
              <p><strong>{say('phone.space', { used: size(s().used), total: size(s().total) })}</strong></p>
              <Bar ink share={s().total ? s().used / s().total : 0} label={say('phone.space', { used: size(s().used), total: size(s().total) })} />
              <p class="small">{say(s().persisted ? 'phone.persisted' : 'phone.notpersisted')}</p>
              <Show when={s().low}><Note alert>{say('full.soon')}</Note></Show>
            </section>
          )}
        </Show>
        <Show when={Math.abs(skew()) > SKEWED}><Note ask>{say(skew() > 0 ? 'phone.behind' : 'phone.ahead', { n: Math.round(Math.abs(skew()) / 60_000) })}</Note></Show>
        <p role="status" class="told">{told()}</p>
        <Rows>
          <Row title={say('phone.clear')} sub={say('phone.clearsub', { reports: count('n.reports', old().length), size: size(bytes()) })} onClick={() => go({ at: 'clear' })} />
          <Row title={say('phone.file')} sub={count('phone.filesub', (own() ?? []).filter(isUnsent).length)} onClick={() => void save()} />
          <Row title={say('phone.lists')} sub={busy() ? say('phone.asking') : say('phone.listssub')} onClick={() => void lists()} />
          <Row title={say('phone.language')} sub={<Languages />} onClick={() => go({ at: 'language' })} />
          <Row title={say('phone.privacy')} sub={say('phone.privacysub')} onClick={() => go({ at: 'privacy' })} />
          <Row title={say('who.add')} sub={say('phone.addsub')} onClick={() => go({ at: 'add' })} />
          <Show when={installable()}><Row title={say('ready.install')} onClick={() => void install()} /></Show>
        </Rows>
        <p class="small">{say('phone.version', { version: version() || '–' })}</p>
      </div>
    </Screen>
  );
}

const Languages = (): JSX.Element => <>{Object.entries(LANGUAGES).map(([code, name], i) => <>{i > 0 ? ', ' : ''}<span lang={code}>{name}</span></>)}</>;

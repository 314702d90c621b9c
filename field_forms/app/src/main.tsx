import './ui/tokens.css';
import './ui/app.css';
import { render } from 'solid-js/web';
import { App } from './screens/App.tsx';
import { Broken } from './screens/Broken.tsx';
import { database } from './store/db.ts';
import { setting } from './store/settings.ts';
import { startRounds } from './sync/round.ts';
import { keepApp, takeNewVersion } from './sync/version.ts';
import { ofThisPhone, setLanguage, type Language } from './words/index.ts';

async function start(): Promise<void> {
  const root = document.getElementById('app')!;
  try {
    if (await takeNewVersion()) return;
    await database();
    await setLanguage(((await setting('language')) as Language | undefined) ?? ofThisPhone());
  } catch (error) {
    render(() => <Broken error={error} />, root);
    return;
  }
  render(() => <App />, root);
  startRounds();
  if (document.readyState === 'complete') void keepApp().catch(() => undefined);
  else addEventListener('load', () => void keepApp().catch(() => undefined));
}

void start();

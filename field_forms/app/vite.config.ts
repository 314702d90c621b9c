import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import solid from 'vite-plugin-solid';
import { leanEngine } from './vite.engine.ts';

/** Not needed to open a first form: sending photos, reading squares, rare questions and screens, other languages, icons. */
const LATER = /^(assets\/(photos|jsQR|lite\.esm|words-\w+|more|Rank|Range|Trace|Trigger|DistrictMap|PlaceByHand|Barcode)-[\w-]+\.js|icon-.*\.png)$/;
const NOT_LISTED = /^(sw\.js|files\.json|\.vite\/.*|.*\.(br|gz|map))$/;

const isLater = (path: string): boolean => LATER.test(path);

/** Writes dist/files.json and gives sw.js the same list, so that a service worker and its files are of one build. */
function fileList(): Plugin {
  let out = 'dist';
  return {
    name: 'gramreach-files',
    apply: 'build',
    configResolved: (config) => void (out = join(config.root, config.build.outDir)),
    closeBundle() {
      const paths = readdirSync(out, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(out, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
        .filter((path) => !NOT_LISTED.test(path))
        .sort();
      const files = paths.map((path) => {
        const content = readFileSync(join(out, path));
        return { path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex'), ...(isLater(path) ? { later: true } : {}) };
      });
      const worker = join(out, 'sw.js');
      const code = readFileSync(worker, 'utf8');
      const version = createHash('sha256').update(JSON.stringify(files) + code).digest('hex').slice(0, 12);
      const build = { version, files };
      if (!code.includes('__BUILD__')) throw new Error('sw.js has no place for its list of files');
      writeFileSync(worker, code.replace('__BUILD__', () => JSON.stringify(build)));
      writeFileSync(join(out, 'files.json'), JSON.stringify(build));
    },
  };
}

const OUTPUT = {
  entryFileNames: 'assets/[name]-[hash].js',
  manualChunks: (id: string) => {
    const language = /\/src\/words\/(\w+)\//.exec(id)?.[1];
    return language && language !== 'en' ? `words-${language}` : undefined;
  },
};
const INPUTS: Record<string, Record<string, string>> = { harness: { harness: 'src/form/harness.html' }, preview: { preview: 'preview.html' } };
const WORKER = { input: { sw: 'src/sw.ts' }, output: { entryFileNames: 'sw.js', format: 'iife' as const, inlineDynamicImports: true } };

// The engine's `solid` build shares SolidJS with our view. `development` is left out: it points at the engine's sources.
// Four builds of these sources. First the app; then, with `--mode worker`, its service worker, which is one file and is
// given the list of the app's; then `--mode preview`, a page of the office with one form, of which phones load nothing; and
// for tests `--mode harness`, a page with nothing but a form.
export default defineConfig(({ mode }) => ({
  base: mode === 'preview' ? '/preview/' : '/field/',
  plugins: [solid(), leanEngine(), mode === 'worker' && fileList()],
  resolve: { conditions: ['solid', 'browser', 'import', 'module', 'default'] },
  build: {
    outDir: mode === 'preview' ? 'dist/preview' : 'dist',
    emptyOutDir: mode !== 'worker',
    copyPublicDir: mode !== 'worker' && mode !== 'preview',
    target: 'es2022',
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    manifest: mode !== 'worker',
    rollupOptions: mode === 'worker' ? WORKER : { input: INPUTS[mode] ?? { main: 'index.html' }, output: OUTPUT },
  },
}));

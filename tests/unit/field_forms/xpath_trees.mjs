// Reads expressions as JSON from stdin; writes, for each, the tree of the engine's own parser and that of ours.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const app = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'gramreach-xpath-'));
try {
  // The engine does not export its parser: what comes before and with it is all that is needed.
  const engine = readFileSync(join(app, 'node_modules/@getodk/xforms-engine/dist/solid.js'), 'utf8');
  const end = /const expressionParser = await ExpressionParser\.init\(\{[^}]*\}\);/.exec(engine);
  const head = engine.slice(0, end.index + end[0].length).replace(/^import [^;]*solid-js';$/gm, '').replaceAll('__dirname', '"."');
  writeFileSync(join(folder, 'theirs.mjs'), `${head}\nexport { expressionParser };`);
  copyFileSync(join(app, 'src/form/xpath.ts'), join(folder, 'ours.ts'));
  const { expressionParser } = await import(pathToFileURL(join(folder, 'theirs.mjs')).href);
  const ours = await import(pathToFileURL(join(folder, 'ours.ts')).href);
  const shown = (node) => [node.type, node.text.trim(), node.children.map(shown)];
  const tree = (parser, expression) => {
    try {
      return shown(parser.parse(expression).rootNode);
    } catch (error) {
      return error.message;
    }
  };
  const asked = JSON.parse(readFileSync(0, 'utf8'));
  process.stdout.write(JSON.stringify(asked.map((one) => [tree(expressionParser, one), tree(ours, one)])));
} finally {
  rmSync(folder, { recursive: true });
}

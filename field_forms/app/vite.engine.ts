import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const ours = (name: string) => JSON.stringify(fileURLToPath(new URL(`./src/form/${name}`, import.meta.url)));
const IMPORTS = `import { parse as parseXPath } from ${ours('xpath.ts')};\nimport { lookUp } from ${ours('lookups.ts')};\n`;

/**
 * What we never ask of the engine, by the line that pulls it in, and what stands there instead. Its own XPath parser is
 * WebAssembly with a program around it; `digest()` and `randomize()` need some hashes of a library full of ciphers;
 * `pulldata()` asks an index.
 */
const CUTS: [what: string, line: RegExp, instead: string][] = [
  ['packing files into chunks', /var libExports = requireLib\(\);/, 'var libExports = {};'],
  ['reading CSV, which src/form/lists.ts does', /var papaparse_minExports = requirePapaparse_min\(\);/, 'var papaparse_minExports = {};'],
  ['tree-sitter', /var treeSitterExports = requireTreeSitter\(\);/, 'var treeSitterExports = class {};'],
  ['its XPath parser', /const expressionParser = await ExpressionParser\.init\(\{\s*webTreeSitter,\s*xpathLanguage\s*\}\);/, 'const expressionParser = { parse: parseXPath };'],
  [
    'walking a list for one row',
    /const expr = `instance\('\$\{instanceId\}'\)[^;]*;\s*return context\.evaluator\.evaluateString\(expr\);/,
    'return lookUp(instanceId, desiredElement, queryElement, query);',
  ],
  [
    'ciphers',
    /module\.exports = factory\(requireCore\(\), requireX64Core\(\), [^;]*requireBlowfish\(\)\);/,
    `module.exports = factory(${['Core', 'X64Core', 'EncBase64', 'Md5', 'Sha1', 'Sha256', 'Sha512', 'Sha384'].map((name) => `require${name}()`).join(', ')});`,
  ],
];

/** A third of the engine's bytes, and no WebAssembly: the page's policy need not allow any. */
export function leanEngine(): Plugin {
  return {
    name: 'gramreach-lean-engine',
    apply: 'build',
    transform(code, id) {
      if (!id.includes('@getodk/xforms-engine') || !code.includes('data:application/wasm')) return null;
      for (const [what, line, instead] of CUTS) {
        if (!line.test(code)) this.error(`The engine has changed: ${what} is pulled in by another line.`);
        code = code.replace(line, instead);
      }
      return { code: IMPORTS + code, map: null };
    },
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk' && file.code.includes('data:application/wasm')) this.error(`${file.fileName} still holds WebAssembly.`);
      }
    },
  };
}

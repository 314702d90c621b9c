import type { Plugin } from 'vite';

/** What we never ask of the engine, by the line that pulls it in: packing files into chunks, and reading CSV (src/form/lists.ts does). */
const UNUSED = ['var libExports = requireLib();', 'var papaparse_minExports = requirePapaparse_min();'];
const WASM = /"data:application\/wasm;base64,([^"]+)"/g;

/**
 * The engine carries its XPath parser as base64 within its script. As files of their own the same bytes are 23 KB
 * smaller on the wire (brotli), and need no decoding in memory.
 */
export function engineWasm(): Plugin {
  return {
    name: 'gramreach-engine-wasm',
    apply: 'build',
    transform(code, id) {
      if (!id.includes('@getodk/xforms-engine') || !code.includes('data:application/wasm')) return null;
      let found = 0;
      for (const line of UNUSED) {
        if (!code.includes(line)) this.error(`The engine has changed: ${line} is not there.`);
        code = code.replace(line, line.replace(/= .*/, '= {};'));
      }
      const lean = code.replace(WASM, (_, base64: string) => {
        const name = found++ ? 'parser.wasm' : 'xpath.wasm';
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const file = this.emitFile({ type: 'asset', name, source: bytes });
        return `import.meta.ROLLUP_FILE_URL_${file}`;
      });
      if (found !== 2) this.error(`Two WebAssembly files were expected in the engine, not ${found}.`);
      return { code: lean, map: null };
    },
  };
}

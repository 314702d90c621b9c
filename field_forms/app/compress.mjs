// Every built file again as .br and .gz, where that is smaller: the server compresses nothing while somebody waits.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = process.argv[2];
for (const name of readdirSync(folder, { recursive: true })) {
  const path = join(folder, name);
  if (/\.(br|gz)$/.test(name)) rmSync(path);
  if (!/\.(html|js|mjs|css|json|svg|webmanifest|txt|xml)$/.test(name)) continue;
  const plain = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  for (const [ending, made] of [['.br', brotliCompressSync(plain, { params })], ['.gz', gzipSync(plain, { level: 9 })]]) {
    if (made.length < plain.length) writeFileSync(path + ending, made);
  }
}

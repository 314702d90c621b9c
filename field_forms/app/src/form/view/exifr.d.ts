declare module 'exifr/dist/lite.esm.mjs' {
  export function parse(file: Blob, options: { gps: boolean }): Promise<Record<string, unknown> | undefined>;
}

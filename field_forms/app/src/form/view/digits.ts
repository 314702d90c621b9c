/** Digits of Indian scripts as Latin ones: ten in a row, the zero first. */
export function latin(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let zero = code;
    while (zero > code - 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
    return String(code - zero);
  });
}

/** What of `text` can stand in a number, of at most nine digits as in other ODK clients. */
export function numeric(text: string, decimal: boolean): string {
  const plain = latin(text).replace(/,/g, decimal ? '.' : '').replace(decimal ? /[^\d.-]/g : /[^\d-]/g, '');
  const signed = plain.replace(/(?!^)-/g, '');
  const [whole = '', ...rest] = signed.split('.');
  const short = whole.slice(0, whole.startsWith('-') ? 10 : 9);
  return rest.length ? `${short}.${rest.join('').slice(0, 6)}` : short;
}

/** Whether it is a whole number as it stands: "-" and "." are on the way to one. */
export const complete = (text: string) => /^-?(\d+\.?\d*|\.\d+)$/.test(text);

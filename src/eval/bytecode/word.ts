/** The words that the texts of ops and of sets have in common. */

/** 32-bit words as a little-endian machine reads them; the last one is padded with zeros. */
export function words(bytes: Uint8Array, prefix = '0x'): string[] {
  const result: string[] = [];
  for (let i = 0; i < bytes.length; i += 4) {
    const at = (n: number) => bytes[i + n] ?? 0;
    const word = (at(0) | (at(1) << 8) | (at(2) << 16) | (at(3) << 24)) >>> 0;
    result.push(prefix + word.toString(16).padStart(8, '0'));
  }
  return result;
}

/** The kernel numbers anonymous sets itself. */
export const setName = (name: string): string =>
  name.replace(/^(__(?:set|map|objmap))\d*$/, '$1%d');

/** Chains of a rule's own, `jump { … }`, go by a number that is not shown. */
export const verdictText = (code: string, chain?: string): string =>
  chain === undefined || /^__chain\d+$/.test(chain) ? code : `${code} -> ${chain}`;

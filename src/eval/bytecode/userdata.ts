/** What nft keeps with rules and elements for itself, byte by byte. Mirrors nftnl_udata. */

/** An attribute: its type, its length, its bytes. */
export const attribute = (type: number, bytes: Iterable<number>): number[] => {
  const value = [...bytes];
  return [type, value.length, ...value];
};

const text = new TextEncoder();

/** NFTNL_UDATA_RULE_COMMENT, NFTNL_UDATA_SET_ELEM_COMMENT: both are the first of their kind. */
export const commentAttribute = (comment: string): number[] =>
  attribute(0, [...text.encode(comment), 0]);

function shown(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[\x20-\x7e]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
}

export const userdataText = (bytes: readonly number[]): string =>
  bytes.length === 0 ? '' : `  userdata = { ${bytes.map(shown).join('')} }`;

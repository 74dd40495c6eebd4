/** Integers as they are written: decimal, octal or hexadecimal. */

/** Beyond 2^53 a bigint. */
export function integer(image: string): number | bigint {
  const octal = image.length > 1 && image.startsWith('0') && !/^0[xX]/.test(image);
  const value = octal ? Number.parseInt(image, 8) : Number(image);
  if (Number.isSafeInteger(value)) return value;
  return BigInt(octal ? `0o${image.slice(1)}` : image);
}

const ZERO = 48;

/** The same in decimal digits. */
export const decimal = (image: string): string =>
  image.length < 16 && image.charCodeAt(0) !== ZERO ? image : integer(image).toString();

/**
 * Where an address ends: IPv4, IPv6, MAC and tc class ids, by the longest match.
 */

const hexRe = /[0-9a-fA-F]{1,4}:|::/y;
const ip4Re = /\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/y;
const macRe = /(?:[0-9a-fA-F]{1,2}:){1,5}[0-9a-fA-F]{1,2}/y;
const classRe = /([0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4})[ \t\n:\-},]/y;
const runRe = /[0-9a-fA-F:]{2,39}(?:\.\d{1,3}){0,3}/y;
const longestAddress = 45;

function lengthAt(re: RegExp, text: string, at: number): number {
  re.lastIndex = at;
  return re.test(text) ? re.lastIndex - at : 0;
}

/** The length of the longest address that starts at `at`; 0 where none does. */
export function addressLength(text: string, at: number): number {
  hexRe.lastIndex = at;
  if (!hexRe.test(text)) return lengthAt(ip4Re, text, at);
  let length = lengthAt(macRe, text, at);
  // The sign after a class id counts for the longest match, but stays outside.
  const classLength = lengthAt(classRe, text, at);
  if (classLength > length) length = classLength - 1;
  const run = Math.min(lengthAt(runRe, text, at), longestAddress);
  for (let n = run; n > length; n--) {
    if (isIp6(text.slice(at, at + n))) return n;
  }
  return length;
}

const groupRe = /^[0-9a-fA-F]{1,4}$/;
const ip4WholeRe = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

/** Eight groups of hexadecimal digits; the last two may be an IPv4 address, `::` fills up. */
export function isIp6(text: string): boolean {
  const gap = text.indexOf('::');
  if (gap >= 0 && text.indexOf('::', gap + 1) >= 0) return false;
  const groups = (part: string): number => {
    if (part === '') return 0;
    const words = part.split(':');
    let count = words.length;
    for (let i = 0; i < words.length; i++) {
      if (i === words.length - 1 && ip4WholeRe.test(words[i]!)) count++;
      else if (!groupRe.test(words[i]!)) return Number.NaN;
    }
    return count;
  };
  if (gap < 0) return groups(text) === 8;
  const head = text.slice(0, gap);
  if (head.includes('.')) return false;
  return groups(head) + groups(text.slice(gap + 2)) < 8;
}

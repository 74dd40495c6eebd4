/**
 * Where an address ends: IPv4, IPv6, MAC and tc class ids, by the longest match.
 */

const macRe = /(?:[0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}/y;
const classRe = /([0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4})[ \t\n:\-},]/y;

/** Longer than any class id, too. */
const LONGEST_MAC = 'aa:bb:cc:dd:ee:ff'.length;

function lengthAt(re: RegExp, text: string, at: number): number {
  re.lastIndex = at;
  return re.test(text) ? re.lastIndex - at : 0;
}

/** The length of the longest address that starts at `at`; 0 where none does. */
export function addressLength(text: string, at: number): number {
  const digits = hexDigits(text, at);
  const colon = text.charCodeAt(at + digits) === 58;
  if (!colon || (digits === 0 && text.charCodeAt(at + 1) !== 58)) return ip4Length(text, at);
  const ip6 = ip6Length(text, at);
  if (ip6 > LONGEST_MAC) return ip6;
  const mac = lengthAt(macRe, text, at);
  // The sign after a class id counts for the longest match, but stays outside.
  const classId = lengthAt(classRe, text, at);
  return ip6 >= Math.max(mac, classId) ? ip6 : classId > mac ? classId - 1 : mac;
}

/** Four groups of one to three digits with dots between. */
export function ip4Length(text: string, start: number): number {
  let at = start;
  for (let group = 0; group < 4; group++) {
    if (group > 0 && text.charCodeAt(at++) !== 46) return 0;
    const first = at;
    while (at - first < 3 && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
    if (at === first) return 0;
  }
  return at - start;
}

/** Eight groups of up to four digits; `::` fills up, and only with it an IPv4 address may end it. */
export function ip6Length(text: string, start: number): number {
  let at = start;
  let groups = 0;
  let gap = false;
  let longest = 0;
  for (;;) {
    if (text.startsWith('::', at)) {
      if (gap || groups > 7) return longest;
      gap = true;
      at += 2;
      longest = at - start;
    } else if (groups > 0) {
      if (text.charCodeAt(at) !== 58) return longest;
      at++;
    }
    const ip4 = gap && groups < 6 ? ip4Length(text, at) : 0;
    if (ip4 > 0) return at + ip4 - start;
    const digits = hexDigits(text, at);
    if (digits === 0 || ++groups > (gap ? 7 : 8)) return longest;
    at += digits;
    if (gap || groups === 8) longest = at - start;
  }
}

/** How many hexadecimal digits stand here; four at most. */
function hexDigits(text: string, at: number): number {
  let n = 0;
  while (n < 4) {
    const c = text.charCodeAt(at + n);
    const letter = c | 32;
    if (!((c >= 48 && c <= 57) || (letter >= 97 && letter <= 102))) break;
    n++;
  }
  return n;
}

/**
 * Local time of a zone as in $TZ: `UTC-2` (hours west), `CET-1CEST`, `Europe/Berlin`.
 *
 * Owns the offset of a moment. Daylight saving is known of named places only.
 */

const POSIX = /^(?:[A-Za-z]{3,}|<[^>]+>)([+-]?)(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?/;

function posixOffset(zone: string): number | undefined {
  const m = POSIX.exec(zone);
  if (!m) return undefined;
  const west = Number(m[2]) * 3600 + Number(m[3] ?? 0) * 60 + Number(m[4] ?? 0);
  return m[1] === '-' ? west : -west;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function placeFormat(zone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(zone);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
    return format;
  } catch {
    return undefined;
  }
}

/** Seconds east of UTC at a moment (seconds since 1970). An unknown zone is UTC, as in libc. */
export function zoneOffset(zone: string | undefined, seconds: number): number {
  if (!zone) return 0;
  const posix = posixOffset(zone);
  if (posix !== undefined) return posix;
  const format = placeFormat(zone.replace(/^:/, ''));
  if (!format) return 0;
  const text = format.formatToParts(new Date(seconds * 1000));
  const name = text.find((part) => part.type === 'timeZoneName')?.value ?? '';
  const m = /GMT([+-])(\d+):(\d+)/.exec(name);
  return m ? (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 3600 + Number(m[3]) * 60) : 0;
}

/** Seconds since 1970 of a local time given as if it were UTC. */
export function fromLocal(zone: string | undefined, local: number): number {
  const guess = local - zoneOffset(zone, local);
  return local - zoneOffset(zone, guess);
}

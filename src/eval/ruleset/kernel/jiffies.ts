/** The kernel's unit of time: what is shorter is cut off (nf_msecs_to_jiffies64). */

/** Milliseconds of a tick; HZ is 250. */
const JIFFY = 4;

export const inJiffies = (ms: number): number => ms - (ms % JIFFY);

/** Milliseconds of which nanoseconds do not fit into 64 bits. */
const MOST = 18_446_744_073_709;
export const isEndless = (ms: number | undefined): boolean => ms !== undefined && ms >= MOST;

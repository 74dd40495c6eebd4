/** The kernel's unit of time: what is shorter is cut off (nf_msecs_to_jiffies64). */

/** Milliseconds of a tick; HZ is 250. */
const JIFFY = 4;

export const inJiffies = (ms: number): number => ms - (ms % JIFFY);

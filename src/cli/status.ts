/** Exit statuses of the program's own commands; `nft` and `conntrack` exit as the originals do. */
export const OK = 0;
/** The ruleset is refused, or an expectation failed. */
export const REFUSED = 1;
/** Wrong usage. */
export const USAGE = 2;
/** An input file cannot be used: unreadable, malformed, unsupported. */
export const INPUT = 3;
/** Interrupted. */
export const INTERRUPTED = 130;

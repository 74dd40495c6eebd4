/**
 * What is wrong with an input file: where (file, event, field) and why.
 *
 * Owns the record and its one-line text. Readers gather problems and give them back; nothing of a
 * file with problems is used.
 */
export interface Problem {
  readonly file: string;
  /** Number of the event, from 0, as in answers. */
  readonly event?: number;
  /** Line of a JSON Lines file, from 1. */
  readonly line?: number;
  /** Path of the field: `ip.saddr`, `env.link[0].mtu`. */
  readonly field?: string;
  readonly message: string;
}

/** `trace.json: event 3: ip.saddr: not an IPv4 address: "1.2.3"` */
export function problemText(p: Problem): string {
  const at = [p.file];
  if (p.line !== undefined) at.push(`line ${p.line}`);
  if (p.event !== undefined) at.push(`event ${p.event}`);
  if (p.field) at.push(p.field);
  return `${at.join(': ')}: ${p.message}`;
}

/** Thrown inside the readers of one file and turned into Problems at their border. */
export class FieldError extends Error {
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

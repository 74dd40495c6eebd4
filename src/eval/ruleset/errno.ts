/**
 * What the kernel answers where it refuses a command: the number, and what of the command it is about.
 *
 * Owns the names and texts of strerror(3) and the record that passes from the kernel's half of a
 * command to the half that prints it.
 */
const TEXT = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  EEXIST: 'File exists',
  EBUSY: 'Device or resource busy',
  EINVAL: 'Invalid argument',
  ENFILE: 'Too many open files in system',
  EMFILE: 'Too many open files',
  EFBIG: 'File too large',
  ENOSPC: 'No space left on device',
  EMLINK: 'Too many links',
  ERANGE: 'Numerical result out of range',
  EOPNOTSUPP: 'Operation not supported',
  EAFNOSUPPORT: 'Address family not supported by protocol',
  ENOTEMPTY: 'Directory not empty',
  EPROTO: 'Protocol error',
  ENODEV: 'No such device',
  ENODATA: 'No data available',
  E2BIG: 'Argument list too long',
  EOVERFLOW: 'Value too large for defined data type',
} as const;

export type Errno = keyof typeof TEXT;

/** The attribute of the request that the kernel points at; its place is the command's to know. */
export type Attribute =
  | 'table'
  | 'chain'
  | 'set'
  | 'name'
  | 'handle'
  | 'position'
  | 'hook'
  | 'type'
  | 'policy'
  | 'target'
  /** As a whole: the statement of an op, the list of elements. */
  | 'statement'
  | 'elements'
  | 'element'
  | 'device';

export interface Refusal {
  readonly errno: Errno;
  readonly at?: Attribute;
  /** Which of several: the index of a device, an element, an op. */
  readonly index?: number;
}

export const refuse = (errno: Errno, at?: Attribute, index?: number): Refusal => ({
  errno,
  ...(at !== undefined && { at }),
  ...(index !== undefined && { index }),
});

export function strerror(errno: Errno): string {
  return TEXT[errno];
}

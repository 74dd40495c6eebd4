/**
 * Where texts come from: the parser reads no file itself, it asks a SourceReader.
 */

/** A text, or why there is none: in the words of strerror(3). */
export type ReadResult = { readonly text: string } | { readonly error: string };

/** Why a device is not read, in nft's words. */
export const NOT_REGULAR = 'Not a regular file';

/** Files as `include` and the command line name them. */
export interface SourceReader {
  /** `path` is as written or joined with an include directory; relative to the working directory. */
  read(path: string): ReadResult;
  /** Paths that match a shell pattern (glob(3)), sorted; directories end in `/`. */
  glob(pattern: string): readonly string[];
}

/** What to parse: a file (`-` is stdin, read as `/dev/stdin`), or a text with its name. */
export type Entry =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'text'; readonly name: string; readonly text: string };

/** A command line, as nft names it in messages. */
export const commandLine = (text: string): Entry => ({ kind: 'text', name: '<cmdline>', text });
/** Standard input, as nft names it in messages. */
export const stdin = (text: string): Entry => ({ kind: 'text', name: '/dev/stdin', text });

/** The word of a list that a misspelt one most likely meant: the parser's own, for names as for values. */
export { nearest } from '../../parser/misspell.ts';

/** The value types of nft: the list, and look-ups by name. */
export type {
  ByteOrder,
  NameScope,
  ParsedPrefix,
  PrintOptions,
  Symbols,
  ValueType,
} from './value-type.ts';

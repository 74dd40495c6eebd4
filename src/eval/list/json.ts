/** JSON as data; numbers beyond 2^53 are bigint and print as plain digits. */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

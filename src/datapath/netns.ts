/**
 * A network namespace: the machine that packets go through, with all its state.
 *
 * Owns the parts and how they are wired; each part is its own file. Time and randomness come in from
 * outside. Mirrors struct net.
 */
import type { Hooks } from './hooks.ts';

export interface Netns {
  readonly hooks: Hooks;
}

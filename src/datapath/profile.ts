/**
 * Kernel releases as rows of data: every behaviour that differs from release to release is a column
 * here, read by the code that needs it. No other file compares releases.
 */

export interface KernelProfile {
  /** As `--kernel` and `env.kernel` name it. */
  readonly release: string;
  /**
   * nft_flow_offload_eval: a TCP connection is offloaded once both directions were seen (4.16), once
   * the entry is confirmed (5.2, 5.10), or once it is ESTABLISHED and ASSURED (6.1, 6.12).
   */
  readonly tcpOffload: 'replied' | 'confirmed' | 'assured';
  /** Flowtables know `counter` (5.7). */
  readonly flowtableCounter: boolean;
  /** Flowtables look through VLAN, PPPoE and bridges (5.13). */
  readonly flowtablePath: boolean;
}

const release = (
  name: string,
  tcpOffload: KernelProfile['tcpOffload'],
  flowtableCounter: boolean,
  flowtablePath: boolean,
): KernelProfile => ({ release: name, tcpOffload, flowtableCounter, flowtablePath });

export const PROFILES: readonly KernelProfile[] = [
  release('4.16', 'replied', false, false),
  release('5.2', 'confirmed', false, false),
  release('5.10', 'confirmed', true, false),
  release('6.1', 'assured', true, true),
  release('6.12', 'assured', true, true),
];

export const DEFAULT_RELEASE = '6.12';

/** The row of a release; undefined where there is none of that name. */
export function profileOf(name: string): KernelProfile | undefined {
  return PROFILES.find((p) => p.release === name);
}

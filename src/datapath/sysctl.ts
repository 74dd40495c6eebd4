/**
 * Settings under /proc/sys that have an effect here: names as `sysctl -a` prints them, integer values.
 *
 * Each part defines its own settings with their defaults and hears of changes; what of a name that
 * nobody defined is in sysctl_inert.ts.
 */
import { setInert } from './sysctl_inert.ts';

interface Setting {
  value: number;
  readonly min: number;
  readonly max: number;
  readonly changed?: (value: number) => void;
}

export interface SettingOptions {
  readonly min?: number;
  readonly max?: number;
  /** Called with the value at definition and after each change. */
  readonly apply?: (value: number) => void;
}

/** net.nf_conntrack_max is an older name of it. */
const MAX_ALIAS = 'net.netfilter.nf_conntrack_max';

export class Sysctl {
  private readonly settings = new Map<string, Setting>();
  private readonly absent = new Set<string>();

  define(name: string, value: number, { min, max, apply }: SettingOptions = {}): void {
    const setting = { value, min: min ?? -(2 ** 31), max: max ?? 2 ** 31 - 1, changed: apply };
    this.settings.set(name, setting);
    apply?.(value);
  }

  /** A setting that only other releases of the kernel have. */
  lack(name: string): void {
    this.absent.add(name);
  }

  /** Whether other releases have the setting but this one does not. */
  lacks(name: string): boolean {
    return this.absent.has(name.replaceAll('/', '.'));
  }

  /** Takes away the settings under a prefix, as when a device goes. */
  remove(prefix: string): void {
    for (const name of this.settings.keys())
      if (name.startsWith(prefix)) this.settings.delete(name);
  }

  /** The value; 0 for an unknown name. */
  get(name: string): number {
    return this.settings.get(name)?.value ?? 0;
  }

  has(name: string): boolean {
    return this.settings.has(name);
  }

  /** Returns undefined, or why it was refused. */
  set(name: string, value: number | string): string | undefined {
    const known = name.includes('/') ? name.replaceAll('/', '.') : name;
    const setting = this.settings.get(known === 'net.nf_conntrack_max' ? MAX_ALIAS : known);
    if (this.absent.has(known))
      return `sysctl: cannot stat /proc/sys/${known.replaceAll('.', '/')}: No such file or directory`;
    if (setting === undefined) return setInert(known, String(value).trim());
    const number = typeof value === 'string' ? Number(value.trim()) : value;
    if (!Number.isInteger(number) || number < setting.min || number > setting.max)
      return `sysctl ${name}: Invalid argument`;
    setting.value = number;
    setting.changed?.(number);
    return undefined;
  }
}

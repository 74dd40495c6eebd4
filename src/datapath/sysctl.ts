/**
 * Settings under /proc/sys that have an effect here: names as `sysctl -a` prints them, integer values.
 *
 * Each part defines its own settings with their defaults and hears of changes; a name that nobody
 * defined is not supported, and says so.
 */

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

export class Sysctl {
  private readonly settings = new Map<string, Setting>();

  define(name: string, value: number, { min, max, apply }: SettingOptions = {}): void {
    const setting = { value, min: min ?? -(2 ** 31), max: max ?? 2 ** 31 - 1, changed: apply };
    this.settings.set(name, setting);
    apply?.(value);
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
    const setting = this.settings.get(name.replaceAll('/', '.'));
    if (setting === undefined) return `sysctl ${name}: not supported`;
    const number = typeof value === 'string' ? Number(value.trim()) : value;
    if (!Number.isInteger(number) || number < setting.min || number > setting.max)
      return `sysctl ${name}: Invalid argument`;
    setting.value = number;
    setting.changed?.(number);
    return undefined;
  }
}

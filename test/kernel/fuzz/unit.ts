/** Parts of a ruleset's text that can go alone: tables, chains, sets, rules. */

/** Lines of a ruleset's text that can go together: a table, a chain, a rule. */
export interface Unit {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/** The blocks of an indented text, each by its first line and its closing brace; single lines too. */
export function units(lines: readonly string[]): Unit[] {
  const depth = (line: string): number => /^\t*/.exec(line)![0].length;
  const found: Unit[] = [];
  lines.forEach((line, from) => {
    if (line.trim() === '' || line.trim() === '}' || /^\s*type .* hook /.test(line)) return;
    if (!line.trimEnd().endsWith('{')) {
      found.push({ from, to: from + 1 });
      return;
    }
    const end = lines.findIndex((l, i) => i > from && l.trim() === '}' && depth(l) === depth(line));
    if (end > 0) found.push({ from, to: end + 1 });
  });
  return found;
}

import { u as printJson } from "./router-BXae0Chu.js";
import { n as parseOptions, t as machineOf } from "./machine-C8iFoEF6.js";
import { a as remembering, n as newJournal, o as routerOf, r as onState, t as keep } from "./session-9RVEXofi.js";

// src/report/summary.ts
const byHook = (a, b) => a.base.hooknum - b.base.hooknum || a.base.priority - b.base.priority;
function tableSummary(table) {
	const chains = [...table.chains.values()].filter((c) => !c.anonymous);
	const bases = chains.filter((c) => c.base).sort(byHook);
	return {
		table: `${table.family} ${table.name}`,
		baseChains: bases.map(({ name, base }) => {
			const devices = base.devices.length ? ` device ${base.devices.join(", ")}` : "";
			return `${name}: ${`${base.type} hook ${base.hook}${devices} priority ${base.priority}`}, policy ${base.policy}`;
		}),
		chains: chains.length,
		rules: chains.reduce((n, c) => n + c.rules.length, 0),
		sets: [...table.sets.values()].filter((s) => !s.flags.anonymous).length,
		objects: table.objects.size,
		flowtables: [...table.flowtables.values()].map((f) => `${f.name} on ${f.devices.join(", ") || "no device"}`)
	};
}
const rulesetSummary = (ruleset) => [...ruleset.tables.values()].map(tableSummary);
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
/** Lines for people. */
function summaryLines(tables) {
	return tables.flatMap((t) => {
		const parts = [plural(t.chains, "chain"), plural(t.rules, "rule")];
		if (t.sets) parts.push(plural(t.sets, "set"));
		if (t.objects) parts.push(plural(t.objects, "object"));
		return [
			`table ${t.table}: ${parts.join(", ")}`,
			...t.baseChains.map((c) => `  chain ${c}`),
			...t.flowtables.map((f) => `  flowtable ${f}`)
		];
	});
}

// src/cli/load.ts
/** `nftsim load RULESET`: checks a ruleset and makes it the machine's whole ruleset. */
async function load(path, options, io) {
	const machine = await machineOf(options, io);
	if (typeof machine === "number") return machine;
	const file = io.files.read(path);
	if ("error" in file) {
		io.err(`${path}: ${file.error}\n`);
		return 3;
	}
	return onState(options, io, (saved) => {
		const { env } = machine;
		const journal = {
			...saved ?? newJournal(options, io),
			...env && {
				env,
				entries: []
			}
		};
		const router = routerOf(journal);
		const asked = remembering(io);
		const { reader: _, includePaths = [], defines = {} } = parseOptions(options, io);
		const parse = {
			reader: asked.io.files,
			includePaths,
			defines
		};
		const result = router.load({
			kind: "file",
			path
		}, parse);
		if (result.errors) io.err(result.errors);
		if (!result.ok) return { status: 1 };
		keep(journal, {
			did: "load",
			path,
			read: asked.read,
			includePaths,
			defines
		}, io);
		const tables = rulesetSummary(router.ruleset);
		if (options.json) io.out(`${printJson(tables)}\n`);
		else if (!options.quiet) {
			io.out(summaryLines(tables).map((line) => `${line}\n`).join(""));
			if (router.assumed.length) io.err(`note: no --env given; devices taken to exist: ${router.assumed.join(", ")}\n`);
		}
		return {
			status: 0,
			journal
		};
	});
}

export { load };
import { f as eventJson, m as isMadeForRule, p as eventText, u as printJson } from "./router-BXae0Chu.js";

// src/eval/list/monitor.ts
const BASIC = [
	"table",
	"chain",
	"rule",
	"set",
	"element"
];
const HEARD = {
	tables: ["table"],
	chains: ["chain"],
	rules: ["rule"],
	sets: ["set"],
	elements: ["element"],
	ruleset: [...BASIC, "object"],
	trace: []
};
const ALL = [
	...BASIC,
	"object",
	"flowtable"
];
/** Flowtables, and what `monitor new` leaves out of a ruleset, come only where nothing is asked for. */
function heard({ event, object }) {
	if (object) return HEARD[object];
	return event ? BASIC : ALL;
}
/** Does it tell of traced packets? */
const hearsTrace = ({ event, object }) => event === void 0 && (object === void 0 || object === "trace");
/** What a batch changed; `process` is the number of the one that sent it. */
function monitorText(changes, request, { names, print }, { generation, process }) {
	const kinds = heard(request);
	const { event } = request;
	const wanted = (c) => kinds.includes(c.what) && !isMadeForRule(c) && (event === void 0 || event === "destroy" === (c.change === "del"));
	const told = changes.filter(wanted);
	const options = {
		names,
		print
	};
	if (request.json) return eventJson(told, options).map((item) => `${printJson(item)}\n`).join("");
	const end = kinds === ALL ? `# new generation ${generation} by process ${process} (nft)\n` : "";
	return eventText(told, options) + end;
}

// src/cli/nft/monitor.ts
/** `nft monitor`: how a router has it told what it hears of. Mirrors netlink_monitor of nft. */
const monitored = ({ request, print }, io) => (router, process) => {
	const { machine: names, ruleset } = router;
	router.monitorRuleset((changes) => {
		const batch = {
			generation: ruleset.generation,
			process: process()
		};
		io.out(monitorText(changes, request, {
			names,
			print
		}, batch));
	});
	if (hearsTrace(request)) router.monitorTrace((line) => io.out(`${line}\n`));
};

export { monitored };
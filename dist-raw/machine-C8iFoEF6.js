import { readFileSync } from "node:fs";

// src/trace/problem.ts
/** `trace.json: event 3: ip.saddr: not an IPv4 address: "1.2.3"` */
function problemText(p) {
	const at = [p.file];
	if (p.line !== void 0) at.push(`line ${p.line}`);
	if (p.event !== void 0) at.push(`event ${p.event}`);
	if (p.field) at.push(p.field);
	return `${at.join(": ")}: ${p.message}`;
}
/** Thrown inside the readers of one file and turned into Problems at their border. */
var FieldError = class extends Error {
	field;
	constructor(field, message) {
		super(message);
		this.field = field;
	}
};

// src/cli/machine.ts
/**
* The machine that the options describe: `--env`, `--kernel`, `-D`, `-I`.
*/
/** How rulesets are read: files of the disk, `-I` and then nft's own folder, `-D`. */
function parseOptions(options, io) {
	const pairs = (options.define ?? []).map((d) => {
		const at = d.indexOf("=");
		return at < 0 ? [d, ""] : [d.slice(0, at), d.slice(at + 1)];
	});
	return {
		reader: io.files,
		includePaths: [...options.includepath ?? [], "/etc"],
		defines: Object.fromEntries(pairs)
	};
}
/**
* What a Router is made with, or the exit status after what was wrong has been said. The schemas are
* loaded where there is a description to check: they are a good part of the program.
*/
async function machineOf(options, io) {
	const bad = (options.define ?? []).find((d) => !/^[a-zA-Z_][\w.-]*=/.test(d));
	if (bad !== void 0) {
		io.err(`error: -D wants name=value, not '${bad}'\n`);
		return 2;
	}
	const base = {
		...options.kernel !== void 0 && { kernel: options.kernel },
		...io.env.TZ !== void 0 && { timeZone: io.env.TZ }
	};
	if (options.env === void 0) return {
		...base,
		assumeDevices: true
	};
	const { readEnvFile } = await import("./env-DSf1PEKd.js").then((n) => n.n);
	const { env, problems } = readEnvFile(options.env, (file) => readFileSync(file, "utf8"));
	if (env) return {
		...base,
		env
	};
	for (const p of problems) io.err(`${problemText(p)}\n`);
	return 3;
}

export { problemText as i, parseOptions as n, FieldError as r, machineOf as t };
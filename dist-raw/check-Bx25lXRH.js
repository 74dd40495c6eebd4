import { t as Router } from "./router-BXae0Chu.js";
import { n as parseOptions, t as machineOf } from "./machine-C8iFoEF6.js";

// src/cli/check.ts
/** `nftsim check RULESET...`: parses and checks, touches no state. */
async function check(files, options, io) {
	const machine = await machineOf(options, io);
	if (typeof machine === "number") return machine;
	let status = 0;
	for (const path of files) {
		const file = io.files.read(path);
		if ("error" in file) {
			io.err(`${path}: ${file.error}\n`);
			status = 3;
			continue;
		}
		const result = new Router(machine).check({
			kind: "file",
			path
		}, parseOptions(options, io));
		if (result.errors) io.err(result.errors);
		if (!result.ok) status = Math.max(status, 1);
		else if (!options.quiet) io.out(`${path}: ok\n`);
	}
	return status;
}

export { check };
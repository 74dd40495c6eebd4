import { n as newJournal, o as routerOf, r as onState } from "./session-9RVEXofi.js";

// src/cli/proc.ts
function proc(options, io) {
	return onState(options, io, (saved) => {
		const router = routerOf(saved ?? newJournal(options, io));
		io.out(router.procLines().map((line) => `${line}\n`).join(""));
		return { status: 0 };
	});
}

export { proc };
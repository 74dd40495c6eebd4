/**
 * The program: hands the arguments to the command line and exits with its status.
 *
 * All that it writes is written by then; leaving at once saves taking a large heap apart.
 */
import { processIo } from '../src/cli/io.ts';
import { main } from '../src/cli/main.ts';

main(process.argv.slice(2), processIo()).then((status) => process.exit(status));

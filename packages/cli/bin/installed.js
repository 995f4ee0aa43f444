// What bin/start-worker.js starts where the package is installed.
import { endWithParent, ignoreClosedPipes, leave, main } from "../dist/index.js";

endWithParent(process);
ignoreClosedPipes([process.stdout, process.stderr]);
leave(await main(process.argv.slice(2)));

// What bin/snowmelt.js starts where the package is installed.
import { ignoreClosedPipes, leave, main } from "../dist/index.js";

ignoreClosedPipes([process.stdout, process.stderr]);
leave(await main(process.argv.slice(2)));

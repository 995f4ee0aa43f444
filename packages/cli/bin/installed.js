// What bin/snowmelt.js starts where the package is installed.
import { leave, main } from "../dist/index.js";

leave(await main(process.argv.slice(2)));

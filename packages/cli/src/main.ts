import { endWithParent } from "./end-with-parent.ts";
import { ignoreClosedPipes } from "./ignore-closed-pipes.ts";
import { leave } from "./leave.ts";
import { main } from "./main-command.ts";

endWithParent(process);
ignoreClosedPipes([process.stdout, process.stderr]);
leave(await main(process.argv.slice(2)));

import { leave } from "./leave.ts";
import { main } from "./main-command.ts";

// A reader that goes away, such as `head`, is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
leave(await main(process.argv.slice(2)));

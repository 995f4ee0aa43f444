import { join } from "node:path";
import { leave, main } from "snowmelt";

// `npm run stack`: what `npx snowmelt local --aws --sample` does, with the same options, on the clone's own cache. With the
// sample data, and with what platform.ts needs, the commands that it prints can be typed as they are.
process.env.SNOWMELT_CACHE ??= join(import.meta.dirname, "..", ".cache");
leave(await main(["local", "--aws", "--sample", ...process.argv.slice(2)]));

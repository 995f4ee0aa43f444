import { join } from "node:path";
import { leave, main } from "snowmelt";

// `npm run stack`: what `npx snowmelt local --aws` does, with the same options, on the clone's own cache.
process.env.SNOWMELT_CACHE ??= join(import.meta.dirname, "..", ".cache");
leave(await main(["local", "--aws", ...process.argv.slice(2)]));

import { guardReading } from "../../src/uncaught-guard.ts";

guardReading(() => console.log("taken for the driver's"));
setImmediate(() => {
  throw new Error("not the driver's");
});
setTimeout(() => console.log("went on"), 1000);

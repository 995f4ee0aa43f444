import { errorFactory } from "@snowmelt/core/errors";

export const cliError = errorFactory({
  USAGE: { category: "definition", summary: "The command line is not one that the command understands." },
  PIPELINE_FILE_NOT_FOUND: { category: "definition", summary: "There is no file at the path that was given." },
  PIPELINE_FILE_INVALID: {
    category: "definition",
    summary: "The file cannot be loaded, or its default export is not a definition.",
  },
  TABLE_KIND: { category: "definition", summary: "The table is not of the kind that the command is for." },
  RUN_NOT_FOUND: { category: "definition", summary: "There is no run of that id." },
  RUN_NOT_CHANGED: { category: "conflict", summary: "The run is not in a state in which that can be done." },
  ALERT_NOT_OPEN: { category: "definition", summary: "There is no open alert of that key." },
  ENVIRONMENT_UNKNOWN: { category: "definition", summary: "The platform has no environment of that name." },
  PEER_MISSING: { category: "definition", summary: "A package that this command needs is not installed." },
  SCHEMA_FILE_STALE: {
    category: "data",
    summary: "The committed schema file is not what typegen would write from the live schema.",
  },
  OUTPUT_NOT_WRITTEN: { category: "storage", summary: "A file that the command should write cannot be written." },
});

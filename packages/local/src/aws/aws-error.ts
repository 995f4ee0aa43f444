import { errorFactory } from "@snowmelt/core/errors";

/** Errors of making, starting and steering the local AWS. What a client asks wrongly is answered by the emulators. */
export const awsError = errorFactory({
  AWS_CONFIG_INVALID: { category: "definition", summary: "The local AWS was given options it cannot use." },
  AWS_PYTHON_MISSING: {
    category: "definition",
    summary: "The emulators are Python programs and no usable Python was found.",
  },
  AWS_INSTALL_FAILED: { category: "source", summary: "An emulator's Python environment could not be made." },
  AWS_PORT_TAKEN: { category: "definition", summary: "Another program listens on the port that was asked for." },
  AWS_START_FAILED: { category: "internal", summary: "An emulator ended, or did not answer, before it was ready." },
  AWS_LAKE_REFUSED: { category: "definition", summary: "What a lake needs on this machine could not be made." },
  AWS_RESET_FAILED: { category: "internal", summary: "A running emulator did not empty itself." },
});

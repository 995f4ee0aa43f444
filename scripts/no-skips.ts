import type { Reporter, TestModule } from "vitest/node";

/** A vitest reporter that lists every test that did not run and fails the run for it: a skipped test proves nothing. */
export function noSkips(): Reporter {
  return {
    onTestRunEnd(testModules) {
      const skipped = testModules.flatMap(skippedIn);
      if (skipped.length === 0) return;
      console.error(
        `\n${skipped.length} skipped, which fails this run (CI=true or --no-skips):\n${skipped.join("\n")}\n`,
      );
      process.exitCode = 1;
    },
  };
}

function skippedIn(testModule: TestModule): string[] {
  return [...testModule.children.allTests("skipped")].map((test) => {
    const result = test.result();
    const note = result.state === "skipped" && result.note !== undefined ? `: ${result.note}` : "";
    return `  ${testModule.relativeModuleId} > ${test.fullName}${note}`;
  });
}

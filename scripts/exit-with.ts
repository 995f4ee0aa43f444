/** Runs a script's main: its result is the exit code, and what it throws is told without a stack. */
export async function exitWith(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(`snowmelt: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

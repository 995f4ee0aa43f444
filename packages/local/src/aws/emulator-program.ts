/** What one emulator is, how it is started and where it answers. */
export interface EmulatorProgram {
  readonly name: "ministack" | "moto";
  /** The lock of its Python environment: a path below this package's root, or an absolute one. */
  readonly lock: string;
  /** The Python module whose `main()` serves. */
  readonly module: string;
  readonly healthPath: string;
  readonly resetPath: string;
  readonly toArguments: (start: EmulatorStart) => readonly string[];
  /** All of its environment besides PATH, HOME and TMPDIR. */
  readonly toEnvironment: (start: EmulatorStart) => Readonly<Record<string, string>>;
}

export interface EmulatorStart {
  readonly port: number;
  /** Its own folder, empty or left by an earlier start. */
  readonly directory: string;
  readonly region: string;
  readonly accountId: string;
  readonly enforceIam: boolean;
  readonly persist: boolean;
}

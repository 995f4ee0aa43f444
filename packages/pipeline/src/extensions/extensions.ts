import { findForeignChannels, findForeignCode, type Pipeline, type Platform } from "@snowmelt/core/definition";
import { coreError } from "@snowmelt/core/errors";
import type { OwnRule, OwnRules } from "@snowmelt/core/quality";
import { pipelineError } from "../pipeline-error.ts";
import type { ChannelExtension } from "./channel-extension.ts";
import type { StageExtension } from "./stage-extension.ts";

/** Code of the user's own, to be named by definitions. */
export interface Extensions {
  /** By `defineRule` of `@snowmelt/core/quality`. */
  readonly rules?: readonly OwnRule[];
  /** By `defineStage`. */
  readonly stages?: readonly StageExtension[];
  /** By `defineChannel`. */
  readonly channels?: readonly ChannelExtension[];
}

/** Extensions by their names. */
export interface NamedExtensions {
  readonly rules: OwnRules;
  readonly stages: Readonly<Record<string, StageExtension>>;
  readonly channels: Readonly<Record<string, ChannelExtension>>;
}

const kinds = ["rules", "stages", "channels"] as const;

/** By their names. EXTENSION_INVALID for what is no extension, and for two of one name. Pure. */
export function nameExtensions(extensions: Extensions = {}): NamedExtensions {
  const unknown = Object.keys(extensions).find((key) => !kinds.some((kind) => kind === key));
  if (unknown !== undefined) {
    throw invalid(`There is no kind ${JSON.stringify(unknown)}; expected { ${kinds.join(", ")} }.`);
  }
  const { rules = [], stages = [], channels = [] } = extensions;
  return {
    rules: byName("rules", rules, ({ check }) => check),
    stages: byName("stages", stages, ({ start }) => start),
    channels: byName("channels", channels, ({ open }) => open),
  };
}

/**
 * The extensions, where the definition goes with them: every name that it has is there, and its code takes what the definition says of it.
 * PLAN_REFUSED naming everything that does not, with its path; EXTENSION_INVALID. Pure.
 */
export function resolveExtensions(definition: Pipeline, extensions?: Extensions): NamedExtensions {
  const named = nameExtensions(extensions);
  refuse(findForeignCode(definition, named));
  return named;
}

/** As {@link resolveExtensions}, for the channels of a platform that no pipeline is known of yet. */
export function resolveChannels(platform: Platform, extensions?: Extensions): NamedExtensions {
  const named = nameExtensions(extensions);
  refuse(findForeignChannels(platform, named.channels));
  return named;
}

function refuse(problems: ReturnType<typeof findForeignCode>): void {
  if (problems.length === 0) return;
  throw pipelineError("PLAN_REFUSED", problems.map(({ path, message }) => `${path}: ${message}`).join("\n"), {
    details: { unsupported: problems },
  });
}

function byName<E extends { readonly name: string }>(
  kind: keyof Extensions,
  list: readonly E[],
  codeOf: (extension: E) => unknown,
): Readonly<Record<string, E>> {
  if (!Array.isArray(list)) throw invalid(`${kind} is a ${typeof list}, expected a list.`);
  const named = new Map<string, E>();
  for (const [index, extension] of list.entries()) {
    // What a file exports was checked by nobody's compiler.
    const isCode = typeof extension === "object" && extension !== null && typeof codeOf(extension) === "function";
    if (!isCode || typeof extension.name !== "string") {
      throw invalid(`${kind}[${index}] is not what ${definer[kind]} gives.`);
    }
    if (named.has(extension.name)) {
      throw invalid(`Two ${kind} are called ${JSON.stringify(extension.name)}: a definition could mean either.`);
    }
    named.set(extension.name, extension);
  }
  return Object.fromEntries(named);
}

const definer = { rules: "defineRule()", stages: "defineStage()", channels: "defineChannel()" } as const;

const invalid = (why: string) => coreError("EXTENSION_INVALID", `The extensions are not as they have to be. ${why}`);

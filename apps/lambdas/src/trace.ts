import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";

const tracer = trace.getTracer("snowmelt");

/** What a message carries, so that whoever takes it goes on with the trace. Nothing without a tracing layer. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** A span around the work, within the trace that the headers tell of. */
export async function inSpan<T>(
  name: string,
  about: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly attributes?: Readonly<Record<string, string>>;
  },
  work: () => Promise<T>,
): Promise<T> {
  const { headers, attributes = {} } = about;
  const parent = headers ? propagation.extract(ROOT_CONTEXT, headers) : context.active();
  return tracer.startActiveSpan(name, { attributes }, parent, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : "unknown" });
      throw error;
    } finally {
      span.end();
    }
  });
}

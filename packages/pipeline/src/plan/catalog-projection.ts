import type { Dataset, KeyProjection } from "@snowmelt/core/definition";
import type { PlainCatalogRequest } from "@snowmelt/lake/plain";

type Projection = NonNullable<PlainCatalogRequest["projection"]>;

/** How the partitions of a dataset are derived in the catalog, whose names are in lower case; nothing where they are registered. */
export function projectionOf({ land }: Pick<Dataset, "land">): Pick<PlainCatalogRequest, "projection"> {
  if (land.kind !== "parquet" || land.projection === undefined) return {};
  const keys = Object.entries(land.projection).map(
    ([key, projection]) => [key.toLowerCase(), toCatalog(projection)] as const,
  );
  return { projection: Object.fromEntries(keys) };
}

function toCatalog(projection: KeyProjection): Projection[string] {
  switch (projection.kind) {
    case "enum":
    case "injected":
      return projection;
    case "integer": {
      const { from, to, interval, digits } = projection;
      return {
        kind: "integer",
        range: [BigInt(from), BigInt(to)],
        ...(interval === undefined ? {} : { interval: BigInt(interval) }),
        ...(digits === undefined ? {} : { digits }),
      };
    }
    case "date": {
      const { from, to, format, every } = projection;
      return { kind: "date", range: [from, to], format, ...(every === undefined ? {} : { interval: every }) };
    }
    default:
      return projection satisfies never;
  }
}

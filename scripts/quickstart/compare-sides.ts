import type { LakeSql } from "./open-lake.ts";
import type { SourceSql } from "./open-source.ts";

export interface ComparedFigure {
  readonly name: string;
  readonly source: string;
  readonly lake: string;
}

export interface ComparedRoute {
  readonly route: string;
  readonly source: RouteFigures;
  readonly lake: RouteFigures;
}

export interface RouteFigures {
  readonly flights: string;
  readonly distance: string;
}

export interface Comparison {
  readonly figures: readonly ComparedFigure[];
  /** The five with the most flights. */
  readonly topRoutes: readonly ComparedRoute[];
  /** Routes that were compared, and how many of them differ. */
  readonly routes: number;
  readonly differingRoutes: number;
  readonly equal: boolean;
}

/** Each figure in one expression that both engines read alike; products tie a row's values to its key. */
const figures = [
  ["rows", "COUNT(*)"],
  ["sum of DISTANCE", "SUM(DISTANCE)"],
  ["max DELAY", "MAX(DELAY)"],
  ["sum of DELAY", "SUM(DELAY)"],
  ["sum of FLIGHT_ID", "SUM(FLIGHT_ID)"],
  ["sum of FLIGHT_ID × DISTANCE", "SUM(FLIGHT_ID * DISTANCE)"],
  ["sum of FLIGHT_ID × DELAY", "SUM(FLIGHT_ID * DELAY)"],
  ["sum of FLIGHT_ID × month of DATE", "SUM(FLIGHT_ID * MONTH(DATE))"],
  ["sum of FLIGHT_ID × second of UPDATED_AT", "SUM(FLIGHT_ID * SECOND(UPDATED_AT))"],
] as const;

const routeSelect = (text: (expression: string) => string): string =>
  `SELECT ORIGIN, DESTINATION, ${["COUNT(*)", "SUM(DISTANCE)", "SUM(FLIGHT_ID)"].map(text).join(", ")}`;
const routeOrder = "GROUP BY ORIGIN, DESTINATION ORDER BY COUNT(*) DESC, ORIGIN, DESTINATION";

/** Asks both sides the same questions, each in its own words, and holds the answers against each other. */
export async function compareSides(source: SourceSql, lake: LakeSql): Promise<Comparison> {
  const inSource = (expression: string) => `TO_VARCHAR(${expression})`;
  const inLake = (expression: string) => `CAST(${expression} AS VARCHAR)`;
  const select = (text: (expression: string) => string) =>
    `SELECT ${figures.map(([, expression]) => text(expression)).join(", ")}`;
  const table = "AVIATION.PUBLIC.FLIGHTS";
  const [sourceRow = []] = await source.rows(`${select(inSource)} FROM ${table}`);
  const [lakeRow = []] = await lake.rows(`${select(inLake)} FROM flights`);
  const sourceRoutes = await source.rows(`${routeSelect(inSource)} FROM ${table} ${routeOrder}`);
  const lakeRoutes = await lake.rows(`${routeSelect(inLake)} FROM flights ${routeOrder}`);
  return compared({ sourceRow, lakeRow, sourceRoutes, lakeRoutes });
}

type Cells = readonly (string | null)[];

export interface Answers {
  readonly sourceRow: Cells;
  readonly lakeRow: Cells;
  readonly sourceRoutes: readonly Cells[];
  readonly lakeRoutes: readonly Cells[];
}

/** What the answers of both sides come to. Pure. */
export function compared({ sourceRow, lakeRow, sourceRoutes, lakeRoutes }: Answers): Comparison {
  const figuresCompared = figures.map(([name], index) => ({
    name,
    source: sourceRow[index] ?? "NULL",
    lake: lakeRow[index] ?? "NULL",
  }));
  const byRoute = new Map(lakeRoutes.map((cells) => [routeName(cells), cells]));
  const names = new Set([...sourceRoutes, ...lakeRoutes].map(routeName));
  const same = sourceRoutes.filter((cells) => JSON.stringify(cells) === JSON.stringify(byRoute.get(routeName(cells))));
  const differingRoutes = names.size - same.length;
  return {
    figures: figuresCompared,
    topRoutes: sourceRoutes.slice(0, 5).map((cells) => ({
      route: routeName(cells),
      source: routeFigures(cells),
      lake: routeFigures(byRoute.get(routeName(cells)) ?? []),
    })),
    routes: names.size,
    differingRoutes,
    equal: differingRoutes === 0 && figuresCompared.every((figure) => figure.source === figure.lake),
  };
}

const routeName = ([origin, destination]: Cells): string => `${origin ?? "NULL"} → ${destination ?? "NULL"}`;
const routeFigures = ([, , flights, distance]: Cells): RouteFigures => ({
  flights: flights ?? "–",
  distance: distance ?? "–",
});

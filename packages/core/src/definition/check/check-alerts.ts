import type { Alerting } from "../alerts.ts";
import { own } from "../own.ts";
import { type Problem, pathText } from "../problem.ts";
import { unknownName } from "./unknown-name.ts";

/** That every level names channels that there are, wherever it holds. Of a platform alone too. */
export function checkAlerts(alerting: Alerting & { readonly name?: string }): Problem[] {
  const { platform, alerts } = alerting;
  const environments = Object.keys(platform.environments);
  const unknown = Object.keys(alerts?.environments ?? {}).filter((name) => !environments.includes(name));
  const found = [
    ...unknown.map((name) => ({
      path: pathText(["alerts", "environments", name]),
      message: unknownName("environment", name, environments),
    })),
    ...environments.flatMap((environment) => inEnvironment(alerting, environment)),
  ];
  return found.filter(
    ({ path, message }, index) =>
      found.findIndex((other) => other.path === path && other.message === message) === index,
  );
}

function inEnvironment(alerting: Alerting, environment: string): Problem[] {
  const { platform, alerts } = alerting;
  const channels = Object.keys({
    ...platform.alerts?.channels,
    ...own(platform.environments, environment)?.alerts?.channels,
  });
  // A platform that stands alone is the root of its own paths.
  const root = "datasets" in alerting ? ["platform"] : [];
  const layers = [
    { path: ["alerts", "environments", environment], of: own(alerts?.environments ?? {}, environment) },
    { path: ["alerts"], of: alerts },
    { path: [...root, "environments", environment, "alerts"], of: own(platform.environments, environment)?.alerts },
    { path: [...root, "alerts"], of: platform.alerts },
  ];
  const layer = layers.find(({ of }) => of?.escalation !== undefined);
  const levels = layer?.of?.escalation ?? [];
  return levels.flatMap((level, index) =>
    level.channels.flatMap((channel, at) => {
      const path = pathText([...(layer?.path ?? []), "escalation", index, "channels", at]);
      if (channels.length === 0) {
        return [
          { path, message: `there is no channel ${JSON.stringify(channel)}: the platform has none in ${environment}` },
        ];
      }
      if (!channels.includes(channel)) return [{ path, message: unknownName("channel", channel, channels) }];
      return level.channels.indexOf(channel) === at ? [] : [{ path, message: `${channel} is named already` }];
    }),
  );
}

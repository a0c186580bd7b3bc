/** A widget of a dashboard: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export interface Widget {
  readonly type: 'metric' | 'alarm' | 'text';
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A metric with its dimensions, and how it is drawn: `[namespace, name, dimension, value, …, options]`. */
export type Line = readonly (string | Readonly<Record<string, unknown>>)[];

/** The columns of a dashboard. */
const WIDTH = 24;

export function heading(markdown: string): Widget {
  return { type: 'text', width: WIDTH, height: 1, properties: { markdown: `## ${markdown}` } };
}

/** The states of alarms. A widget shows up to 100. */
export function alarmStates(title: string, arns: readonly string[]): Widget {
  const shown = arns.slice(0, 100);
  return { type: 'alarm', width: WIDTH, height: 2 + Math.ceil(shown.length / 6), properties: { title, alarms: shown } };
}

/** A graph. The options of a line override its statistic. A third of the width. */
export function graph(title: string, stat: string, metrics: readonly Line[]): Widget {
  return {
    type: 'metric',
    width: WIDTH / 3,
    height: 6,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Fn::Sub
    properties: { title, stat, period: 60, view: 'timeSeries', region: '${AWS::Region}', metrics },
  };
}

/** A line for each metric that CloudWatch finds, such as one for each agent. */
export function searched(search: string, stat: string, label: string): Line {
  return [{ expression: `SEARCH('${search}', '${stat}', 60)`, label }];
}

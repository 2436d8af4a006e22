import type pg from 'pg';
import { type Finding, failed, ok, warning } from './finding.ts';

type ScheduleRow = {
  readonly workflow_id: string;
  readonly trigger_id: string;
  readonly state: 'missing' | 'outdated' | 'over' | 'overdue' | 'sound';
  readonly late_seconds: number;
};

const SHOWN = 3;

/** Whether each schedule that is on has exactly one tick ahead. `served`: somebody should be firing them now. */
export async function checkSchedules(engine: pg.Pool, served: boolean): Promise<readonly Finding[]> {
  const { rows } = await engine.query<ScheduleRow>(SCHEDULES);
  const findings = STATES.flatMap(({ state, tell }) => {
    const found = rows.filter((row) => row.state === state);
    return found.length === 0 ? [] : [tell(found, served)];
  });
  const sound = rows.filter((row) => row.state === 'sound').length;
  if (findings.length > 0) return findings;
  return [ok('schedules', sound === 0 ? 'none is on' : `each of the ${sound} that are on has one tick ahead`)];
}

// The primary key of `schedules` keeps a trigger from having two ticks; a missing, dead or forgotten one is looked for.
const SCHEDULES = `
  select d.workflow_id, trigger ->> 'id' as trigger_id,
    case
      when s.trigger_id is null then 'missing'
      when s.version <> d.version then 'outdated'
      when s.next_at is null then 'over'
      when s.next_at < now() - interval '1 minute' then 'overdue'
      else 'sound'
    end as state,
    coalesce(extract(epoch from now() - s.next_at), 0)::int as late_seconds
  from deployments d
  join workflow_versions v on v.org_id = d.org_id and v.workflow_id = d.workflow_id and v.version = d.version
  cross join lateral json_array_elements(v.definition -> 'triggers') trigger
  left join schedules s
    on s.org_id = d.org_id and s.workflow_id = d.workflow_id and s.trigger_id = trigger ->> 'id'
  where d.active and trigger ->> 'type' = 'schedule'
  order by s.next_at nulls first`;

type Teller = (rows: readonly ScheduleRow[], served: boolean) => Finding;

const STATES: readonly { readonly state: ScheduleRow['state']; readonly tell: Teller }[] = [
  {
    state: 'missing',
    tell: (rows) =>
      failed('schedules', `${listed(rows)} will never fire: no tick is planned. Pause it and turn it on.`),
  },
  {
    state: 'outdated',
    tell: (rows) => failed('schedules', `${listed(rows)} would fire an old version. Pause it and turn it on.`),
  },
  {
    state: 'over',
    tell: (rows) => warning('schedules', `${listed(rows)} is on, but its rule names no further time.`),
  },
  {
    state: 'overdue',
    tell: (rows, served) => {
      const longest = Math.max(...rows.map((row) => row.late_seconds));
      const late = `${listed(rows)} is overdue, by up to ${longest} s.`;
      return served
        ? failed('schedules', `${late} Is a process with the role scheduler running?`)
        : warning('schedules', `${late} The next start fires it as its policy for missed ticks says.`);
    },
  },
];

function listed(rows: readonly ScheduleRow[]): string {
  const names = rows.slice(0, SHOWN).map((row) => `${row.trigger_id} of workflow ${row.workflow_id}`);
  const more = rows.length > SHOWN ? ` (and ${rows.length - SHOWN} more)` : '';
  return `${names.join(', ')}${more}`;
}

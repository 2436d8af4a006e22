/** What one check of the doctor found. */
export type Finding = {
  /** `warning`: works, but somebody should look. `failed`: something that Mainspring promises does not hold. */
  readonly kind: 'ok' | 'warning' | 'failed';
  readonly about: Subject;
  /** What was found, and for anything but `ok` what to do about it. One line. */
  readonly text: string;
};

export type Subject =
  | 'settings'
  | 'files'
  | 'database'
  | 'migrations'
  | 'isolation'
  | 'disk'
  | 'secrets'
  | 'audit'
  | 'schedules'
  | 'queue'
  | 'timers'
  | 'mail';

export function ok(about: Subject, text: string): Finding {
  return { kind: 'ok', about, text };
}

export function warning(about: Subject, text: string): Finding {
  return { kind: 'warning', about, text };
}

export function failed(about: Subject, text: string): Finding {
  return { kind: 'failed', about, text };
}

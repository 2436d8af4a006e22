export type ScheduleErrorCode =
  | 'invalid_duration'
  | 'invalid_zone'
  | 'invalid_cron'
  | 'invalid_time'
  | 'time_out_of_range';

/** A duration, time zone, cron pattern or time that cannot be used. The message names the text and what is right. */
export class ScheduleError extends Error {
  readonly code: ScheduleErrorCode;

  constructor(code: ScheduleErrorCode, message: string) {
    super(message);
    this.name = 'ScheduleError';
    this.code = code;
  }
}

/** What may go wrong in one seed, and how often. Each kind is left out of half of the seeds, so that pairs meet alone. */
import type { Network, RequestFate, RequestKind } from './database/link.ts';
import type { Machine } from './machine.ts';
import type { Random } from './random.ts';
import type { Site } from './site.ts';

/** Means are in milliseconds between two such faults of one process; null: never. Rates are probabilities. */
export type Weather = {
  readonly crashEveryMs: number | null;
  /** A process dies just after its commit, or its call, and before it hears of either. */
  readonly crashAtCommitRate: number;
  readonly crashAtCallRate: number;
  readonly freezeEveryMs: number | null;
  readonly cutEveryMs: number | null;
  readonly databaseRestartEveryMs: number | null;
  readonly clockJumpEveryMs: number | null;
  readonly redeployEveryMs: number | null;
  readonly commandEveryMs: number | null;
  readonly lostQuestionRate: number;
  readonly lostAnswerRate: number;
  readonly lostCommitAnswerRate: number;
  readonly slowRate: number;
  readonly lostHintRate: number;
  readonly lostPostRate: number;
  readonly doubledPostRate: number;
  readonly serviceFaultRate: number;
};

export function drawWeather(random: Random): Weather {
  const every = (leastMs: number, mostMs: number) => (random.chance(0.5) ? random.between(leastMs, mostMs) : null);
  const rate = (most: number) => (random.chance(0.5) ? random.between(0, most) : 0);
  return {
    crashEveryMs: every(3_000, 20_000),
    crashAtCommitRate: rate(0.03),
    crashAtCallRate: rate(0.15),
    freezeEveryMs: every(3_000, 20_000),
    cutEveryMs: every(5_000, 25_000),
    databaseRestartEveryMs: every(5_000, 30_000),
    clockJumpEveryMs: random.chance(0.2) ? random.between(5_000, 20_000) : null,
    redeployEveryMs: every(1_000, 10_000),
    commandEveryMs: every(500, 8_000),
    lostQuestionRate: rate(0.03),
    lostAnswerRate: rate(0.03),
    lostCommitAnswerRate: rate(0.2),
    slowRate: rate(0.2),
    lostHintRate: rate(1),
    lostPostRate: rate(0.4),
    doubledPostRate: rate(0.5),
    serviceFaultRate: rate(0.5),
  };
}

const CALM: RequestFate = { thereMs: 0.5, backMs: 0.5, lost: 'nothing', noticedMs: 0 };

/** The database's network; `isCut` is decided by who breaks it. */
export function createNetwork(options: {
  readonly random: Random;
  readonly weather: Weather;
  readonly isStormy: () => boolean;
  readonly isCut: (machine: Machine) => boolean;
  readonly isDown: () => boolean;
  readonly met: Site['met'];
}): Network {
  const { random, weather, isStormy, isCut, isDown, met } = options;
  const transit = () => (random.chance(weather.slowRate) ? random.between(20, 600) : random.between(0.1, 3));
  const lossOf = (kind: RequestKind): RequestFate['lost'] => {
    const lostAnswer = kind === 'commit' ? weather.lostCommitAnswerRate : weather.lostAnswerRate;
    if (random.chance(lostAnswer)) {
      met(kind === 'commit' ? 'answer to a commit lost' : 'answer lost');
      return 'answer';
    }
    if (!random.chance(weather.lostQuestionRate)) return 'nothing';
    met('question lost');
    return 'question';
  };
  return {
    isCut,
    isDown,
    fateOf: (_, kind) => {
      if (!isStormy()) return CALM;
      return { thereMs: transit(), backMs: transit(), lost: lossOf(kind), noticedMs: random.between(1, 300) };
    },
  };
}

// breaks the rule
import type { Json } from '../../engine/src/json.ts';

export type Own = Json;

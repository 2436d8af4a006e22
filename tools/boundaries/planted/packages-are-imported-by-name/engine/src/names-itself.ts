// breaks the rule
import type { Json } from '@mainspring/engine/json.ts';

export type Own = Json;

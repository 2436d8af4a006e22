// breaks the rule
import { request } from 'undici';

export const x = request;

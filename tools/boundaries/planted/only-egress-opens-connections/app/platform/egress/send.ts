import { request } from 'undici';

export const send = request;

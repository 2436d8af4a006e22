import { STATUS_CODES } from 'node:http';

export const codes = STATUS_CODES;

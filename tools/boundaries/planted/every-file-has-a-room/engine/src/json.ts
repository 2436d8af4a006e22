export type Json = 1;

import { post } from './http/server/actions/post.ts';

export const actions = [post];

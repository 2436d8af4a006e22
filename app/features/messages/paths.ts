/** Addresses of the messages feature. */
export const messagePaths = {
  messages: () => '/api/v1/messages',
  message: (id: string) => `/api/v1/messages/${id}`,
} as const;

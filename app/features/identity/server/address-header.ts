/** Tells better-auth the network address that the server believes, whatever other headers say. */
export const ADDRESS_HEADER = 'x-mainspring-address';

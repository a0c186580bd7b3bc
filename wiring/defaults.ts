/** What osls gives a function that says nothing. */
export const defaultTimeout = 6;
export const defaultMemorySize = 1024;

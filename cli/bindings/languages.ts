export const languages = ['python', 'go', 'java', 'typescript'] as const;
export type Language = (typeof languages)[number];

/** The dead-letter queue of a queue, or of a function that is called without one. Also of an ARN. */
export const deadLettersOf = (name: string): string => `${name}-dead`;

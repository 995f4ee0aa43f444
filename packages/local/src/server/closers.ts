/** What was opened, to be closed in the opposite order. (`AsyncDisposableStack` is missing from Node 22.) */
export interface Closers extends AsyncDisposable {
  use<T extends AsyncDisposable>(opened: T): T;
}

export function openClosers(): Closers {
  const opened: AsyncDisposable[] = [];
  return {
    use(one) {
      opened.push(one);
      return one;
    },
    async [Symbol.asyncDispose]() {
      const failures: unknown[] = [];
      for (const one of opened.splice(0).reverse())
        await one[Symbol.asyncDispose]().then(undefined, (error: unknown) => failures.push(error));
      if (failures.length > 0) throw failures[0];
    },
  };
}
